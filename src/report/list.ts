/** The labs of a machine. */
import { painter } from './style.js';
import { columns, padded, printable } from './width.js';

export interface LabRow {
  readonly lab: string;
  readonly namespaces: readonly string[];
  readonly hostLinks: readonly string[];
  /** Names of nodes that live in a namespace which is not theirs; absent: there are none. */
  readonly joined?: readonly string[];
}

/** One JSON document: schemas/list.schema.json. */
export interface ListDocument {
  readonly format: 'topo-list/1';
  readonly labs: readonly LabRow[];
}

/** As the kernel port tells of it. */
type LabOfKernel = Omit<LabRow, 'joined'> & { readonly joined?: readonly { readonly node: string }[] };

export function listOf(labs: readonly LabOfKernel[]): ListDocument {
  const rows = labs.map(({ lab, namespaces, hostLinks, joined = [] }) => ({
    lab,
    namespaces: [...namespaces].sort(),
    hostLinks: [...hostLinks].sort(),
    ...(joined.length === 0 ? {} : { joined: joined.map(({ node }) => node).sort() }),
  }));
  return { format: 'topo-list/1', labs: rows.sort((a, b) => (a.lab < b.lab ? -1 : 1)) };
}

const LONGEST_LIST = 5;

/** A table with a line for each lab. */
export function listText({ labs }: ListDocument, options: { readonly color: boolean }): string {
  if (labs.length === 0) return 'No labs on this machine.\n';
  const paint = painter(options.color);
  const heading = ['LAB', 'NODES', 'HOST LINKS', 'NAMESPACES'];
  const rows = labs.map(({ lab, namespaces, hostLinks, joined = [] }) => [
    lab,
    `${namespaces.length + joined.length}`,
    `${hostLinks.length}`,
    shortList(namespaces),
  ]);
  const texts = [heading, ...rows].map((row) => row.map(printable));
  const widths = heading.map((_, i) => Math.max(...texts.map((row) => columns(row[i] ?? ''))));
  const lines = texts.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : padded(cell, widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.map((line, i) => (i === 0 ? paint('bold', line) : line)).join('\n')}\n`;
}

function shortList(names: readonly string[]): string {
  const more = names.length - LONGEST_LIST;
  return more <= 0 ? names.join(' ') : `${names.slice(0, LONGEST_LIST).join(' ')} and ${more} more`;
}
