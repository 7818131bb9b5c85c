import type { SourceRange } from '../../model/diagnostic.js';
import { HOST } from '../../model/state.js';
import { quote } from '../report.js';
import type { Rule, RuleContext } from './rule.js';

/** Within nodes; the host's own namespace has the rule host-interface-twice. */
export const interfaceTwice: Rule = {
  name: 'interface-twice',
  codes: ['interface-twice'],
  check(context) {
    const first = new Map<string, SourceRange>();
    for (const { node, name, at } of interfacesIn(context)) {
      const before = first.get(`${node} ${name}`);
      if (before === undefined) {
        first.set(`${node} ${name}`, at);
        continue;
      }
      const related = [{ message: 'the first is here', at: before }];
      context.report('interface-twice', at, `node ${node} has two interfaces ${quote(name)}`, {
        hint: 'give one of them another name',
        related,
      });
    }
  },
};

interface Made {
  readonly node: string;
  readonly name: string;
  readonly at: SourceRange;
}

/** Automatic names give way to all others, so only written ones can meet. */
function interfacesIn({ topology, place }: RuleContext): readonly Made[] {
  const byNetworks = topology.nodes.flatMap((node) =>
    node.networks.flatMap((one) =>
      one.interfaceName === undefined ? [] : [{ node: node.name, name: one.interfaceName, at: place(one, 'interface_name') }],
    ),
  );
  const ends = topology.links.flatMap((link) => link.endpoints).filter((end) => end.node !== HOST);
  return [...byNetworks, ...ends.map((end) => ({ node: end.node, name: end.interface, at: place(end, 'interface') }))];
}
