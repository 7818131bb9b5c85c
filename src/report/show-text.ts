import { HOST, type PropValue } from '../model/state.js';
import type { RoutingStatus } from '../model/routing-status.js';
import { linesOf } from './routing-text.js';
import { isList, valueText } from './value-text.js';
import type { ShowDocument } from './show.js';
import { namesText } from './show-names.js';
import { painter, type Paint } from './style.js';
import { padded, printable } from './width.js';

/** For people: a node as a heading, an interface, a route … on a line each. */
export function showText(
  { nodes, names = {} }: ShowDocument,
  options: { readonly color: boolean; readonly routing?: readonly RoutingStatus[] },
): string {
  const paint = painter(options.color);
  const parts = Object.entries(nodes).map(([name, { netns, routing: _, ...sections }]) => {
    const heading = name === HOST ? 'host' : `${printable(name)} ${paint('dim', `(netns ${printable(netns)})`)}`;
    const status = options.routing?.find(({ node }) => node === name);
    const routing =
      status === undefined ? [] : [`  ${paint('dim', 'routing:')}`, ...linesOf(status, paint, true).map((line) => `  ${line}`)];
    return [
      paint('bold', heading),
      ...Object.entries(sections).flatMap(([title, content]) => sectionLines(title, content, paint)),
      ...routing,
    ];
  });
  const all = [...parts.map((lines) => lines.join('\n')), ...namesText(names, paint)];
  return parts.length === 0 ? 'Nothing of this lab is in the kernel.\n' : `${all.join('\n\n')}\n`;
}

/** As YAML that reads like a topology. */
export async function showYaml(document: object): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(document, { lineWidth: 0, flowCollectionPadding: true });
}

function sectionLines(title: string, content: PropValue, paint: Paint): string[] {
  const head = `  ${paint('dim', `${title}:`)}`;
  if (content === null || typeof content !== 'object') return [`${head} ${valueText(content)}`];
  if (isList(content)) return [head, ...content.map((entry) => `    ${fields(entry, ' ')}`)];
  if (title === 'nftables') return [head, ...Object.entries(content).flatMap(([name, table]) => tableLines(name, table))];
  const width = Math.max(...Object.keys(content).map((name) => name.length));
  return [
    head,
    ...Object.entries(content).map(([name, entry]) => `    ${padded(printable(name), width)}  ${fields(entry, ', ')}`.trimEnd()),
  ];
}

/** `mtu 1500, state up`; a plain value as it is. */
function fields(entry: PropValue, separator: string): string {
  if (entry === null || typeof entry !== 'object' || isList(entry)) return valueText(entry);
  return Object.entries(entry)
    .map(([name, value]) => (value === true ? name : `${name} ${isList(value) ? value.map(valueText).join(' ') : valueText(value)}`))
    .join(separator);
}

function tableLines(name: string, table: PropValue): string[] {
  const { chains, other } = table as {
    chains: { [chain: string]: { hook?: string; rules?: readonly string[] } };
    other?: readonly string[];
  };
  const lines = Object.entries(chains).flatMap(([chain, { hook, rules }]) => [
    `  chain ${chain}${hook === undefined ? '' : ` { ${hook} }`}`,
    ...(rules ?? []).map((rule) => `    ${rule}`),
  ]);
  return [`table ${name}`, ...lines, ...(other ?? []).map((text) => `  ${text}`)].map((line) => `    ${printable(line)}`);
}
