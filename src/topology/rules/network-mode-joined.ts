import type { SourceRange } from '../../model/diagnostic.js';
import type { Joins, Node } from '../../model/topology.js';
import { OF_A_NAMESPACE } from '../normal/network-mode.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';

export const networkModeJoined: Rule = {
  name: 'network-mode-joined',
  codes: ['network-mode-joined', 'join-circle', 'unknown-node'],
  check(context) {
    const { topology, nodes } = context;
    const joining = topology.nodes.filter((node) => node.joins !== undefined);
    if (joining.length === 0) return;
    for (const node of joining) {
      refuseKeys(context, node, node.joins!);
      refuseStrangers(context, node, node.joins!);
    }
    refuseCircles(context, joining);
    for (const end of topology.links.flatMap((link) => link.endpoints)) {
      const joins = nodes.get(end.node)?.joins;
      if (joins === undefined) continue;
      const related = [{ message: 'network_mode is here', at: joins.at }];
      const message = `node ${end.node} has network_mode ${modeOf(joins)}, and a link`;
      context.report('network-mode-joined', end.at, message, { hint: instead(joins), related });
    }
  },
};

function refuseKeys({ report, place, isWritten }: RuleContext, node: Node, joins: Joins): void {
  for (const key of OF_A_NAMESPACE) {
    if (!isWritten(node, key)) continue;
    const related = [{ message: 'network_mode is here', at: joins.at }];
    const message = `node ${node.name} has network_mode ${modeOf(joins)}, and ${key}: it has no namespace of its own to describe`;
    report('network-mode-joined', place(node, key), message, { hint: hintFor(key, joins), related });
  }
}

function refuseStrangers({ nodes, report, isIncomplete }: RuleContext, node: Node, joins: Joins): void {
  if (joins.kind !== 'node' || nodes.has(joins.node) || isIncomplete('nodes', joins.node)) return;
  const others = [...nodes.keys()].filter((name) => name !== node.name);
  report('unknown-node', joins.at, `there is no node ${quote(joins.node)}`, {
    hint: () => didYouMean(joins.node, others) ?? `add it to "nodes": ${joins.node}: {}`,
  });
}

/** Each circle is told once, at the first of its nodes in the file. */
function refuseCircles({ nodes, report }: RuleContext, joining: readonly Node[]): void {
  const told = new Set<string>();
  for (const start of joining) {
    const path: Node[] = [];
    let node: Node | undefined = start;
    while (node?.joins?.kind === 'node' && !path.includes(node)) {
      path.push(node);
      node = nodes.get(node.joins.node);
    }
    if (node !== start || path.length === 0 || told.has(start.name)) continue;
    for (const { name } of path) told.add(name);
    const names = [...path.map(({ name }) => name), start.name].join(' -> ');
    const message = path.length === 1 ? `node ${start.name} joins its own namespace` : `these nodes join each other's namespaces: ${names}`;
    report('join-circle', placeOf(start), message, { hint: 'remove "network_mode" from the node whose namespace it is to be' });
  }
}

const placeOf = (node: Node): SourceRange => node.joins?.at ?? node.at;

function modeOf(joins: Joins): string {
  if (joins.kind === 'host') return 'host';
  return joins.kind === 'node' ? `node:${joins.node}` : `container:${joins.container}`;
}

function hintFor(key: (typeof OF_A_NAMESPACE)[number], joins: Joins): string {
  if (joins.kind === 'host' && key === 'ports') return 'remove it: what listens in the host’s namespace is reached at the host’s addresses';
  return instead(joins);
}

function instead(joins: Joins): string {
  if (joins.kind === 'node') return `write it at the node ${joins.node}, whose namespace it is`;
  if (joins.kind === 'host') return 'remove it: the host’s namespace is everybody’s';
  return `remove it, or write container: ${joins.container} instead of network_mode: then the node may have networks and links`;
}
