import type { SourceRange } from '../../model/diagnostic.js';
import { canonicalKey, interfaceOfKey } from '../../model/sysctl-key.js';
import type { Node } from '../../model/topology.js';
import { quote } from '../report.js';
import { didYouMean } from '../suggest.js';
import type { Rule, RuleContext } from './rule.js';

export const unknownInterface: Rule = {
  name: 'unknown-interface',
  codes: ['unknown-interface'],
  check(context) {
    if (context.isIncomplete('links')) return;
    for (const node of context.topology.nodes) {
      if (context.isIncomplete('nodes', node.name)) continue;
      const mentioned = mentionsIn(context, node);
      if (mentioned.length === 0) continue;
      const known = context.interfacesOf(node);
      for (const { name, at } of mentioned) {
        if (known.has(name) || node.ignore.some((pattern) => matches(pattern, name))) continue;
        const hint = () => didYouMean(name, known) ?? `it has ${[...known].join(', ')}`;
        context.report('unknown-interface', at, `node ${node.name} has no interface ${quote(name)}`, { hint });
      }
    }
  },
};

interface Mention {
  readonly name: string;
  readonly at: SourceRange;
}

function mentionsIn({ place }: RuleContext, node: Node): readonly Mention[] {
  const mention = (object: { readonly at: SourceRange }, key: string, name: string | undefined): readonly Mention[] =>
    name === undefined ? [] : [{ name, at: place(object, key) }];
  return [
    ...node.interfaces.map(({ name, at }) => ({ name, at })),
    ...node.routes.flatMap((route) => mention(route, 'dev', route.dev)),
    ...node.routes.flatMap(({ nexthops = [] }) => nexthops.flatMap((hop) => mention(hop, 'dev', hop.dev))),
    ...node.rules.flatMap((rule) => [...mention(rule, 'iif', rule.iif), ...mention(rule, 'oif', rule.oif)]),
    ...node.sysctls.flatMap(({ key, at }) => sysctlMention(key, at)),
    ...node.neighbours.flatMap((neighbour) => mention(neighbour, 'dev', neighbour.dev)),
  ];
}

/** `all` and `default` are in every namespace. */
function sysctlMention(key: string, at: SourceRange): readonly Mention[] {
  const name = interfaceOfKey(canonicalKey(key));
  return name === undefined || name === 'all' || name === 'default' ? [] : [{ name, at }];
}

/** `*` is any run of characters. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let position = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, position);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    position = found + part.length;
  }
  return true;
}
