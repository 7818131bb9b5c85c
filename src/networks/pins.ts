/** What is automatic in a topology, as the file would say it: subnets and addresses that `topo pin` writes. */
import type { SourceRange } from '../model/diagnostic.js';
import type { Topology } from '../model/topology.js';
import { resolve } from './resolve.js';
import { automaticSubnets } from './subnets.js';

export interface Automatic {
  readonly at: SourceRange;
  readonly section: 'networks' | 'nodes' | 'hosts';
  /** Of the network, or of the node. */
  readonly name: string;
  /** Of an address: the network that it is on. */
  readonly network?: string;
  readonly keys: readonly (readonly [key: string, value: string])[];
}

/** Networks first, then nodes, in the order of the file. Of a valid topology. */
export function automaticIn(topology: Topology): readonly Automatic[] {
  const subnets = automaticSubnets(topology);
  const { addresses } = resolve(topology, []);
  const networks = topology.networks.flatMap(({ name, at, subnets: written }): readonly Automatic[] => {
    const subnet = written.length === 0 ? subnets.get(name) : undefined;
    return subnet === undefined ? [] : [{ at, section: 'networks', name, keys: [['subnet', subnet.text]] }];
  });
  const nodes = topology.nodes.flatMap(({ name, isHost, networks: attachments }): readonly Automatic[] =>
    attachments.flatMap(({ network, at, ipv4Address, ipv6Address }): readonly Automatic[] => {
      const keys = (addresses.get(network)?.get(name) ?? []).flatMap(({ cidr: { family, address } }): Automatic['keys'] =>
        (family === 4 ? ipv4Address : ipv6Address) === undefined ? [[`ipv${family}_address`, address.text]] : [],
      );
      return keys.length === 0 ? [] : [{ at, section: isHost === true ? 'hosts' : 'nodes', name, network, keys }];
    }),
  );
  return [...networks, ...nodes];
}
