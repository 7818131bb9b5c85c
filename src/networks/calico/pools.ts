/** The blocks of calico networks, with what is wrong with them. */
import { bitsOf, cidrOf, parseAddress, parseCidr, type Address, type Cidr } from '../../model/address.js';
import type { Diagnostic } from '../../model/diagnostic.js';
import { originOf } from '../../model/moves.js';
import type { Attachment, Network, Node, Topology } from '../../model/topology.js';
import { HOST } from '../../model/state.js';
import type { CalicoPool, LabSubnet } from '../lab.js';
import { allocate, type Allocation } from './blocks.js';

interface Member {
  readonly node: Node;
  readonly attachment: Attachment;
}

export function calicoPool(topology: Topology, network: Network, subnets: readonly LabSubnet[], diagnostics: Diagnostic[]): CalicoPool {
  const members = topology.nodes.flatMap((node): Member[] => {
    const attachment = node.networks.find((one) => one.network === network.name);
    return attachment === undefined ? [] : [{ node, attachment }];
  });
  const blocks = new Map<string, Cidr[]>();
  const addresses = new Map<string, Cidr[]>();
  const taken = writtenElsewhere(topology);
  for (const { cidr: subnet, family } of subnets) {
    const size = network.calico?.blockSize[family] ?? bitsOf(family);
    if (size < subnet.prefix) {
      diagnostics.push(tooLarge(network, subnet, size));
      continue;
    }
    const lodgers = members.map(({ node, attachment }) => {
      const text = family === 4 ? attachment.ipv4Address : attachment.ipv6Address;
      const written = text === undefined ? null : parseAddress(text);
      return { node: node.name, host: node.host?.name ?? HOST, ...(written === null ? {} : { written }) };
    });
    const { name: lab, moved } = topology;
    const nameOf = (name: string): string => originOf(moved, 'nodes', name);
    const pool = { lab, network: originOf(moved, 'networks', network.name), subnet, size, taken, nameOf };
    const allocation = allocate(pool, lodgers);
    for (const [host, own] of allocation.blocks) blocks.set(host, [...(blocks.get(host) ?? []), ...own]);
    for (const [node, address] of allocation.addresses) addresses.set(node, [...(addresses.get(node) ?? []), alone(address)]);
    diagnostics.push(...problems(network, subnet, members, allocation));
  }
  return { blocks, addresses };
}

const alone = (address: Address): Cidr => cidrOf(address, bitsOf(address.family));

function problems(network: Network, subnet: Cidr, members: readonly Member[], { shared, homeless }: Allocation): readonly Diagnostic[] {
  const memberOf = (name: string): Member => members.find(({ node }) => node.name === name)!;
  const [first] = homeless;
  return [
    ...shared.map(({ block, node, other }) => sharedBlock(block, memberOf(node), memberOf(other))),
    ...(first === undefined ? [] : [exhausted(network, subnet, homeless.length, memberOf(first))]),
  ];
}

function sharedBlock(block: Cidr, { node, attachment }: Member, other: Member): Diagnostic {
  return {
    code: 'calico-block-shared',
    severity: 'error',
    message: `the addresses of ${node.name} on ${node.host?.name ?? HOST} and of ${other.node.name} on ${other.node.host?.name ?? HOST} are in one block, ${block.text}: a block is on one host`,
    at: attachment.at,
    hint: `choose an address in another /${block.prefix}, or a longer block_size`,
    related: [{ message: `${other.node.name} is here`, at: other.attachment.at }],
  };
}

function exhausted(network: Network, subnet: Cidr, count: number, { node, attachment }: Member): Diagnostic {
  const size = network.calico?.blockSize[subnet.family] ?? 0;
  return {
    code: 'subnet-exhausted',
    severity: 'error',
    message: `no block of ${subnet.text} is left for ${node.name}${count === 1 ? '' : ` and ${count - 1} more`} on ${network.name}: it has ${2 ** (size - subnet.prefix)} of /${size}, and each is on one host`,
    at: attachment.at,
    hint: 'give the network a larger subnet, or smaller blocks with a longer block_size',
  };
}

function tooLarge(network: Network, subnet: Cidr, size: number): Diagnostic {
  return {
    code: 'calico-block-size',
    severity: 'error',
    message: `a block of /${size} is larger than ${subnet.text}, the subnet of ${network.name}`,
    at: network.at,
    hint: `block_size is at least ${subnet.family === 4 ? subnet.prefix : subnet.prefix - 96}, and two more give four blocks`,
  };
}

/** Addresses that the file gives to interfaces itself: no automatic one may be the same. */
function writtenElsewhere({ nodes, links }: Topology): readonly Address[] {
  const texts = [
    ...nodes.flatMap((node) => node.interfaces.flatMap((settings) => settings.addresses.map(({ cidr }) => cidr))),
    ...links.flatMap((link) => link.endpoints.flatMap((end) => [end.ipv4Address, end.ipv6Address])),
  ];
  return texts.flatMap((text) => (text === undefined ? [] : (parseCidr(text)?.address ?? [])));
}
