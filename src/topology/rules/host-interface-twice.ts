import type { SourceRange } from '../../model/diagnostic.js';
import { HOST } from '../../model/state.js';
import { quote } from '../report.js';
import type { Rule, RuleContext } from './rule.js';

export const hostInterfaceTwice: Rule = {
  name: 'host-interface-twice',
  codes: ['host-interface-twice'],
  check(context) {
    const first = new Map<string, SourceRange>();
    for (const { name, at } of madeOnHost(context)) {
      const before = first.get(name);
      first.set(name, before ?? at);
      if (before === undefined) continue;
      const related = [{ message: 'the first is here', at: before }];
      const message = `two interfaces of the host are called ${quote(name)}`;
      context.report('host-interface-twice', at, message, { hint: 'give one of them another name', related });
    }
  },
};

function madeOnHost({ topology, place }: RuleContext): readonly { readonly name: string; readonly at: SourceRange }[] {
  return [
    ...topology.networks.flatMap((one) => (one.bridgeName === undefined ? [] : [{ name: one.bridgeName, at: place(one, 'bridge_name') }])),
    ...topology.nodes
      .flatMap((node) => node.networks)
      .flatMap((one) => (one.hostInterface === undefined ? [] : [{ name: one.hostInterface, at: place(one, 'host_interface') }])),
    ...topology.links
      .flatMap((link) => link.endpoints)
      .flatMap((end) => (end.node === HOST ? [{ name: end.interface, at: place(end, 'interface') }] : [])),
  ];
}
