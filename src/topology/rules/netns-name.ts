import type { SourceRange } from '../../model/diagnostic.js';
import { HOST } from '../../model/state.js';
import { quote } from '../report.js';
import type { Rule } from './rule.js';

export const netnsName: Rule = {
  name: 'netns-name',
  codes: ['reserved-name', 'netns-twice'],
  check({ topology, report, place }) {
    const first = new Map<string, SourceRange>();
    for (const node of topology.nodes) {
      const hint = `${HOST} means the host’s own namespace: choose another name`;
      if (node.name === HOST) report('reserved-name', node.at, `a node cannot be called ${quote(HOST)}`, { hint });
      const at = place(node, 'netns');
      if (node.netns === HOST) report('reserved-name', at, `a namespace cannot be called ${quote(HOST)}`, { hint });
      const before = first.get(node.netns);
      first.set(node.netns, before ?? at);
      if (before === undefined) continue;
      const related = [{ message: 'the first is here', at: before }];
      report('netns-twice', at, `two nodes have the namespace ${quote(node.netns)}`, { hint: 'give one of them another netns', related });
    }
  },
};
