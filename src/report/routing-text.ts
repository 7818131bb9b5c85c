/** What routing daemons say, for people: below status and show. */
import type { DaemonRoute, NeighborStatus, RoutingStatus } from '../model/routing-status.js';
import { clock } from './clock.js';
import { painter, type Paint } from './style.js';
import { columns, printable } from './width.js';

export function routingText(all: readonly RoutingStatus[], options: { readonly color: boolean; readonly verbose: boolean }): string {
  const paint = painter(options.color);
  return all.map((one) => `${[headOf(one, paint), ...linesOf(one, paint, options.verbose)].join('\n')}\n\n`).join('');
}

function headOf({ node, routerId }: RoutingStatus, paint: Paint): string {
  const id = routerId === '' ? 'the daemon does not answer' : `router ${routerId}`;
  return `${paint('bold', `routing of ${printable(node)}`)} ${paint('dim', `(${id})`)}`;
}

/** Neighbours in columns, routes behind them: of many only how many there are, unless all are asked for. */
export function linesOf({ neighbors, routes }: RoutingStatus, paint: Paint, all: boolean): readonly string[] {
  const shown = all || routes.length <= MOST_ROUTES ? routes.map(routeText) : [`${routes.length} routes (all of them with --verbose)`];
  return [...table(neighbors, paint), ...shown.map((line) => `  ${line}`)];
}

const MOST_ROUTES = 20;

function cellsOf(
  { protocol, peer, address, asn, interface: on, state, since, received, exported, problem }: NeighborStatus,
  paint: Paint,
): readonly string[] {
  const good = state === 'Established' || state === 'Full';
  return [
    protocol,
    peer === address ? '' : printable(peer),
    address,
    asn === undefined ? `dev ${printable(on ?? '')}` : `AS ${asn}`,
    `${paint(good ? 'green' : 'yellow', state)}${since === undefined ? '' : ` since ${clock(since)}`}`,
    received === undefined ? '' : `${received} received, ${exported ?? 0} exported`,
    problem === undefined ? '' : paint('dim', printable(problem)),
  ];
}

function routeText({ to, type, nexthops }: DaemonRoute): string {
  if (type !== 'unicast') return `${to} ${type}`;
  return `${to} ${nexthops.map(({ via, dev }) => (via === '' ? `dev ${dev}` : `via ${via} dev ${dev}`)).join(', ')}`;
}

function table(neighbors: readonly NeighborStatus[], paint: Paint): readonly string[] {
  const plain = neighbors.map((one) => cellsOf(one, (_style, text) => text));
  const widths = (plain[0] ?? []).map((_cell, column) => Math.max(...plain.map((cells) => columns(cells[column]!))));
  return neighbors.map((one, row) => {
    const cells = cellsOf(one, paint).map((cell, column) => cell + ' '.repeat(widths[column]! - columns(plain[row]![column]!)));
    return `  ${cells.filter((_cell, column) => widths[column] !== 0).join('  ')}`.trimEnd();
  });
}
