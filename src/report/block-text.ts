/** One object of a plan: a header, and below it what will be or what changes. */
import { MARK_FIELDS } from '../model/names.js';
import type { Props, Resource, ResourceId } from '../model/state.js';
import { allLines, changedLines, createdParts, isMany, tellingFields } from './attributes.js';
import { resourceOf, SYMBOLS, type Block, type BlockAction } from './blocks.js';
import { placeText } from './place.js';
import type { Paint, Style } from './style.js';
import { columns, padded, printable, wrapped } from './width.js';
import type { Words } from './words.js';

export interface Context {
  readonly words: Words;
  readonly verbose: boolean;
  readonly paint: Paint;
  readonly width: number;
  /** Objects of the plan by id, to call them by their titles. */
  readonly resources: ReadonlyMap<ResourceId, Resource>;
  readonly commands: ReadonlyMap<ResourceId, readonly string[]>;
}

export const STYLES: { readonly [action in BlockAction]: Style } = {
  create: 'green',
  update: 'yellow',
  adopt: 'yellow',
  move: 'yellow',
  delete: 'red',
  replace: 'magenta',
};

/** Reasons that say no more than the symbol does. */
const PLAIN_REASONS = new Set(['not in the topology', 'missing in the kernel', 'new in the topology', '']);

export interface Entry {
  readonly block: Block;
  /** The title, with what is worth saying in parentheses where it is short. */
  readonly head: string;
  readonly place: string;
  /** What is worth saying of a creation and is not in the head. */
  readonly parts: readonly string[];
}

export function entryOf(block: Block, { words, verbose, width }: Context): Entry {
  const resource = resourceOf(block);
  const title = printable(words.title(resource));
  const place = placeText(resource);
  const said = block.action === 'create' && !verbose ? createdParts(resource, title, words.defaults(resource)) : [];
  const parts = words.isTable(resource) && isMany(said) ? [entriesText(said)] : said;
  const inline = parts.join(', ');
  const isShort = inline !== '' && columns(inline) <= Math.min(28, width / 3);
  return isShort ? { block, place, head: `${title} (${inline})`, parts: [] } : { block, place, head: title, parts };
}

export async function entryLines(entry: Entry, column: number, context: Context): Promise<string[]> {
  const { block, head, place } = entry;
  const { paint } = context;
  const symbol = paint(STYLES[block.action], SYMBOLS[block.action].padStart(3));
  const header = place === '' ? head : `${padded(head, column)}  ${paint('dim', `# ${place}`)}`;
  const below = [...reasonLines(block, context), ...(await detailLines(entry, context)), ...commandLines(block, context)];
  return [`${symbol} ${header}`, ...below.map((line) => `      ${line}`)];
}

function reasonLines(block: Block, context: Context): string[] {
  const reason = reasonText(block, context);
  return reason === '' ? [] : [context.paint('dim', `# ${reason}`)];
}

/** What neither the symbol nor the fields say; '' for nothing. */
export function reasonText(block: Block, { words, resources }: Pick<Context, 'words' | 'resources'>): string {
  if (block.because !== undefined) {
    const other = resources.get(block.because);
    return `because ${printable(other === undefined ? block.because : words.title(other))} is replaced`;
  }
  return PLAIN_REASONS.has(block.reason) || isToldByFields(block) ? '' : printable(withTitle(block.reason, { words, resources }));
}

/** A reason that ends in another object's id ends in its title instead. */
function withTitle(reason: string, { words, resources }: Pick<Context, 'words' | 'resources'>): string {
  const start = reason.indexOf(' with ') + ' with '.length;
  const other = resources.get(reason.slice(start));
  return other === undefined ? reason : reason.slice(0, start) + words.title(other);
}

/** The lines of the fields say why there is an update or a replacement. */
function isToldByFields({ action, fields, reason }: Block): boolean {
  return fields.length > 0 && (action === 'replace' || fields.every((change) => reason.includes(change.field)));
}

async function detailLines({ block, parts }: Entry, { verbose, paint, words, width }: Context): Promise<string[]> {
  const resource = resourceOf(block);
  if (block.fields.length > 0) {
    if (!verbose && block.action === 'delete' && isMany(block.fields)) return [entriesText(block.fields)];
    const fields = verbose ? block.fields : shownFields(block, words.defaults(resource));
    return changedLines(fields, paint, verbose);
  }
  return verbose ? allLines(resource) : wrapped(parts, width - 6);
}

const entriesText = (entries: readonly unknown[]): string => `${entries.length} entries`;

/** That a thing is the lab's from now on is said by its symbol; the number of its maker is the mark of a route. */
export function shownFields({ action, fields }: Block, defaults: Props): Block['fields'] {
  const telling = tellingFields(fields, defaults);
  return action === 'adopt' || action === 'move' ? telling.filter(({ field }) => !MARK_FIELDS.has(field) && field !== 'protocol') : telling;
}

function commandLines(block: Block, { commands, paint }: Context): string[] {
  return (commands.get(block.id) ?? [])
    .flatMap((command) => command.split('\n').filter((line) => line !== ''))
    .map((line) => paint('dim', `$ ${printable(line)}`));
}
