/** What a plan opens to others, and what it closes, in words. */
import type { ExposedPort, ExposureChange, OpenNetworkChange } from '../model/exposure.js';
import type { Style } from './style.js';
import type { Paint } from './style.js';

const MARKS: { readonly [change in ExposureChange['change']]: readonly [symbol: string, style: Style] } = {
  opened: ['+', 'green'],
  closed: ['-', 'red'],
  moved: ['~', 'yellow'],
};

/** A heading and a line for each; nothing where nothing changes. */
export function exposureLines(changes: readonly ExposureChange[], networks: readonly OpenNetworkChange[], paint: Paint): readonly string[] {
  if (changes.length === 0 && networks.length === 0) return [];
  return [
    paint('bold', changes.some(({ port }) => port.host !== undefined) ? 'Reachable through hosts:' : 'Reachable through the host:'),
    ...changes.map((one) => marked(one.change, exposureText(one), paint)),
    ...networks.map((one) => marked(one.change, networkText(one), paint)),
  ];
}

function marked(change: ExposureChange['change'], text: string, paint: Paint): string {
  const [symbol, style] = MARKS[change];
  return `${paint(style, symbol.padStart(3))} ${text}`;
}

/** Rules of others aside. */
export const networkText = ({ network, routed }: OpenNetworkChange): string =>
  routed === true
    ? `all ports of the nodes on ${network} that no policy is for, from machines with a route there`
    : `all ports of the nodes on ${network}, from other networks and from machines with a route there`;

/** `8080/tcp on all addresses of the host -> web:80` */
export function exposureText({ port, before }: ExposureChange): string {
  const was = before === undefined ? '' : ` (was ${targetText(before)})`;
  return `${runText(port.from, port.to)}/${port.protocol} on ${placeText(port)} -> ${targetText(port)}${was}`;
}

function placeText({ address, families, host }: ExposedPort): string {
  const name = host === undefined ? 'the host' : `the host ${host}`;
  if (address !== null) {
    if (isLoopback(address)) return `${address}, from ${name} itself only,`;
    return host === undefined ? address : `${address} of ${name}`;
  }
  return families.length === 2 ? `all addresses of ${name}` : `all IPv${families[0] ?? 4} addresses of ${name}`;
}

/** Whether nobody but the host itself gets there. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

const targetText = ({ node, nodeFrom, nodeTo }: ExposedPort): string => `${node}:${runText(nodeFrom, nodeTo)}`;
const runText = (from: number, to: number): string => (from === to ? String(from) : `${from}-${to}`);
