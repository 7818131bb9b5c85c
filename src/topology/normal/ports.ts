/** `ports` → PublishedPort[]. */
import type { PublishedPort } from '../../model/topology.js';
import { quote } from '../report.js';
import { spanOf, type Mapping, type Tree } from '../tree.js';
import { complain, placeOf, stringAt, textAt, textOf, withoutUndefined, type Reading, type Text } from './read.js';
import { readAddress } from './values.js';

const MAX_PORT = 65535;

export function readPort(reading: Reading, tree: Tree): PublishedPort | undefined {
  const port = tree.kind === 'mapping' ? longPort(reading, tree) : shortPort(reading, tree);
  if (port !== undefined) reading.origins.set(port, tree);
  return port;
}

interface Range {
  readonly from: number;
  readonly count: number;
}

function shortPort(reading: Reading, tree: Tree): PublishedPort | undefined {
  if (tree.kind === 'scalar' && Number.isInteger(tree.value)) return withoutHostPort(reading, { text: String(tree.value), span: tree });
  const text = textOf(tree);
  if (text === undefined) return undefined;
  const [main = '', protocol = 'tcp', ...more] = text.text.split('/');
  const colon = main.lastIndexOf(':');
  if (colon < 0 && more.length === 0) return withoutHostPort(reading, text);
  const { address, host } = splitHost(main.slice(0, colon));
  if (host === '') return withoutHostPort(reading, text);
  if (more.length > 0 || (protocol !== 'tcp' && protocol !== 'udp')) return badPort(reading, text, 'the protocol is tcp or udp');
  const hostRange = readRange(reading, { text: host, span: text.span }, text);
  const nodeRange = readRange(reading, { text: main.slice(colon + 1), span: text.span }, text);
  const hostAddress = address === undefined ? undefined : readAddress(reading, { text: address, span: text.span });
  if (address !== undefined && hostAddress === undefined) return undefined;
  return published(reading, text, hostAddress, hostRange, nodeRange, protocol);
}

/** `[fd99::2]:8080`, `127.0.0.1:8080`, `8080`. */
function splitHost(text: string): { readonly address?: string; readonly host: string } {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (bracket > 0) return { address: text.slice(1, bracket), host: text.slice(bracket + 1).replace(/^:/, '') };
  const colon = text.lastIndexOf(':');
  return colon < 0 ? { host: text } : { address: text.slice(0, colon), host: text.slice(colon + 1) };
}

function longPort(reading: Reading, map: Mapping): PublishedPort | undefined {
  const host = portText(map, 'published');
  const node = portText(map, 'target');
  if (host === undefined || node === undefined) return undefined;
  const hostRange = readRange(reading, host, host);
  const nodeRange = readRange(reading, node, node);
  const addressText = textAt(map, 'host_ip');
  const address = readAddress(reading, addressText);
  if (addressText !== undefined && address === undefined) return undefined;
  return published(reading, host, address, hostRange, nodeRange, stringAt(map, 'protocol') === 'udp' ? 'udp' : 'tcp');
}

/** Of a text or a whole number; the schema has refused all else. */
function portText(map: Mapping, key: string): Text | undefined {
  const entry = map.entries.get(key);
  const value = entry?.value.kind === 'scalar' ? entry.value.value : null;
  if (entry === undefined || (typeof value !== 'string' && !Number.isInteger(value))) return undefined;
  return { text: String(value), span: spanOf(entry) };
}

/** A port or FROM-TO; `whole` is what a message quotes. */
function readRange(reading: Reading, { text, span }: Text, whole: Text): Range | undefined {
  const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text);
  if (match === null) return badPort(reading, whole, 'for example "8080:80", "127.0.0.1:8080:80" or "5000-5010:5000-5010/udp"');
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  const wrong = [from, to].find((port) => port < 1 || port > MAX_PORT);
  if (wrong !== undefined) {
    complain(reading, 'port-out-of-range', { span }, `port ${wrong} is not within 1 to ${MAX_PORT}`);
    return undefined;
  }
  if (to < from) return badPort(reading, whole, `a range goes from the lower to the higher port: ${to}-${from}`);
  return { from, count: to - from + 1 };
}

function published(
  reading: Reading,
  text: Text,
  hostAddress: string | undefined,
  host: Range | undefined,
  node: Range | undefined,
  protocol: 'tcp' | 'udp',
): PublishedPort | undefined {
  if (host === undefined || node === undefined) return undefined;
  if (host.count !== node.count) {
    const message = `${host.count} ports of the host cannot lead to ${node.count} of the node`;
    complain(reading, 'port-range-unequal', text, message, { hint: `make both ranges equally long, such as ${suggestion(host, node)}` });
    return undefined;
  }
  const at = placeOf(reading, text.span);
  return withoutUndefined({ at, hostAddress, hostPort: host.from, nodePort: node.from, count: host.count, protocol });
}

function suggestion(host: Range, node: Range): string {
  const last = host.count - 1;
  const to = (range: Range) => (last === 0 ? `${range.from}` : `${range.from}-${Math.min(MAX_PORT, range.from + last)}`);
  return `${to(host)}:${to(node)}`;
}

function withoutHostPort(reading: Reading, text: Text): undefined {
  const node = /(\d+)(?:-\d+)?(?:\/.*)?$/.exec(text.text)?.[1] ?? '80';
  const hint = `name the host’s port as well: "8080:${node}"; topo chooses nothing at random`;
  complain(reading, 'port-without-host-port', text, `${quote(text.text)} has no port of the host`, { hint });
  return undefined;
}

function badPort(reading: Reading, text: Text, hint: string): undefined {
  complain(reading, 'bad-port', text, `${quote(text.text)} is not a published port`, { hint });
  return undefined;
}
