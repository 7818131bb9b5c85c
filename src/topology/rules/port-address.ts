import { contains, familyOf, parseAddress, type Address, type Family } from '../../model/address.js';
import type { SourceRange } from '../../model/diagnostic.js';
import { isForwardedTo } from '../../model/hosted.js';
import type { Node } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

/** The address of the host that a port is limited to: no connection to it could get to the node. */
export const portAddress: Rule = {
  name: 'port-address',
  codes: ['port-address', 'port-family'],
  check(context) {
    for (const node of context.topology.nodes) {
      for (const { hostAddress, at } of node.ports) {
        const address = parseAddress(hostAddress ?? '');
        if (address === null) continue;
        const special = SPECIAL.find(({ cidr, except }) => contains(cidr, address) && address.text !== except);
        if (special === undefined) checkFamily(context, node, address, at);
        else context.report('port-address', at, `${address.text} cannot lead to ${node.name}: ${special.reason}`, { hint: special.hint });
      }
    }
  },
};

const ANOTHER = 'name an address of the host, or none: the port is then on all of them';

const SPECIAL: readonly { readonly cidr: string; readonly except?: string; readonly reason: string; readonly hint: string }[] = [
  {
    cidr: '::1/128',
    reason: 'the kernel forwards nothing that is sent to ::1 (there is no route_localnet for IPv6), and topo has no proxy process',
    hint: 'write 127.0.0.1: programs that ask for localhost find it there as well',
  },
  { cidr: 'fe80::/10', reason: 'link-local addresses are not forwarded', hint: ANOTHER },
  { cidr: '::ffff:0:0/96', reason: 'it stands for an IPv4 address', hint: 'write the IPv4 address itself' },
  { cidr: '224.0.0.0/4', reason: '224.0.0.0/4 is multicast', hint: ANOTHER },
  { cidr: 'ff00::/8', reason: 'ff00::/8 is multicast', hint: ANOTHER },
  { cidr: '240.0.0.0/4', reason: 'addresses of 240.0.0.0/4 are no host’s', hint: ANOTHER },
  { cidr: '0.0.0.0/8', except: '0.0.0.0', reason: 'addresses of 0.0.0.0/8 are no host’s', hint: ANOTHER },
];

function checkFamily({ networks, report, isIncomplete }: RuleContext, node: Node, { family, text, bytes }: Address, at: SourceRange): void {
  if (isIncomplete('nodes', node.name) || isIncomplete('networks')) return;
  const forwarded = node.networks.flatMap(({ network }) => networks.get(network) ?? []).filter(isForwardedTo);
  if (forwarded.length === 0 || forwarded.some(({ subnets }) => familiesOf(subnets).includes(family))) return;
  const named = forwarded.map(({ name }) => name).join(', ');
  const isAny = bytes.every((byte) => byte === 0);
  const other = isAny ? 'leave the address out' : `name an IPv${family === 4 ? 6 : 4} address of the host, or none`;
  report('port-family', at, `${text} cannot lead to ${node.name}, which has no IPv${family} address on ${named}`, {
    hint: `give ${forwarded.length === 1 ? named : 'one of them'} an IPv${family} subnet, or ${other}`,
  });
}

/** Without a written subnet, an IPv4 one is chosen. */
function familiesOf(subnets: readonly { readonly cidr: string }[]): readonly Family[] {
  return subnets.length === 0 ? [4] : subnets.map(({ cidr }) => familyOf(cidr));
}
