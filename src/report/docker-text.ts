import type { DockerDocument } from './docker.js';
import { painter } from './style.js';
import { columns, padded, printable } from './width.js';

/** For people: a table for each of the three nouns. */
export function dockerText({ networks, endpoints, sandboxes }: DockerDocument, options: { readonly color: boolean }): string {
  if (networks.length + endpoints.length + sandboxes.length === 0) return 'Nothing of this lab is in the kernel.\n';
  const paint = painter(options.color);
  const tables = [
    table(
      'Networks',
      ['NAME', 'DRIVER', 'BRIDGE', 'SUBNETS', 'GATEWAYS', 'ENDPOINTS'],
      networks.map((of) => [
        ...[of.name, of.driver, of.host === undefined ? of.bridge : `${of.host}:${of.bridge}`],
        ...[of.subnets.join(' '), of.gateways.join(' '), String(of.endpoints.length)],
      ]),
    ),
    table(
      'Endpoints',
      ['ENDPOINT', 'NETWORK', 'MAC ADDRESS', 'ADDRESSES', 'PEER'],
      endpoints.map(({ endpoint, network, mac_address, addresses, peer }) => [
        ...[endpoint, network ?? '', mac_address ?? '', addresses.join(' ')],
        peer === null ? '' : `${peer.node}:${peer.interface}`,
      ]),
    ),
    table(
      'Sandboxes',
      ['NODE', 'KEY', 'INODE', 'ENDPOINTS'],
      sandboxes.map((of) => [of.node, of.key, of.inode === null ? '' : String(of.inode), of.endpoints.join(' ')]),
    ),
  ];
  const shown = tables.filter(({ rows }) => rows.length > 1);
  return `${shown.map(({ title, rows }) => [paint('bold', title), ...lines(rows)].join('\n')).join('\n\n')}\n`;
}

interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

function table(title: string, heading: readonly string[], rows: readonly (readonly string[])[]): Table {
  return { title, rows: [heading, ...rows.map((row) => row.map((cell) => (cell === '' ? '-' : printable(cell))))] };
}

function lines(rows: Table['rows']): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => columns(row[i] ?? ''))));
  return rows.map((row) => `  ${row.map((cell, i) => padded(cell, widths[i] ?? 0)).join('  ')}`.trimEnd());
}
