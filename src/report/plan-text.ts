/** A plan for people, in Terraform's habits. */
import type { Plan } from '../model/plan.js';
import type { Resource, ResourceId } from '../model/state.js';
import { allLines, changedLines, createdParts, tellingFields } from './attributes.js';
import { blocksOf, groupsOf, resourceOf, SYMBOLS, type Block, type BlockAction, type Group } from './blocks.js';
import { placeText } from './place.js';
import { painter, type Paint, type Style } from './style.js';
import { columns, padded, printable, wrapped } from './width.js';
import type { CommandText, Words } from './words.js';

export interface PlanTextOptions {
  readonly color: boolean;
  /** Every property, unchanged rules and kernel operations too. */
  readonly verbose: boolean;
  /** Columns of the terminal; 100 if there is none. */
  readonly width?: number;
  /** Only used where `verbose`. */
  readonly command?: CommandText;
}

interface Context {
  readonly words: Words;
  readonly options: PlanTextOptions;
  readonly paint: Paint;
  readonly width: number;
  /** Objects of the plan by id, to call them by their titles. */
  readonly resources: ReadonlyMap<ResourceId, Resource>;
  readonly commands: ReadonlyMap<ResourceId, readonly string[]>;
}

const DEFAULT_WIDTH = 100;

export const NO_CHANGES = 'No changes. The kernel matches the topology.';

const LEGEND: readonly (readonly [BlockAction, string])[] = [
  ['create', 'create'],
  ['update', 'update in place'],
  ['delete', 'delete'],
  ['replace', 'replace (delete, then create)'],
];

const STYLES: { readonly [action in BlockAction]: Style } = { create: 'green', update: 'yellow', delete: 'red', replace: 'magenta' };

/** Reasons that say no more than the symbol does. */
const PLAIN_REASONS = new Set(['not in the topology', 'missing in the kernel', '']);

/** The whole text, with a line feed at its end. */
export async function planText(plan: Plan, words: Words, options: PlanTextOptions): Promise<string> {
  if (plan.actions.length === 0) return `${NO_CHANGES}\n`;
  const blocks = blocksOf(plan);
  const context = contextOf(plan, blocks, words, options);
  const lines = [`Plan for the lab ${printable(plan.lab)}:`, ...legend(blocks, context.paint), ''];
  for (const group of groupsOf(blocks)) lines.push(...(await groupLines(group, context)), '');
  lines.push(planSummary(plan));
  return `${lines.join('\n')}\n`;
}

/** `Plan: 3 to add, 1 to change, 0 to destroy.` */
export function planSummary({ actions, summary }: Plan): string {
  if (actions.length === 0) return NO_CHANGES;
  return `Plan: ${summary.add} to add, ${summary.change} to change, ${summary.destroy} to destroy.`;
}

function contextOf(plan: Plan, blocks: readonly Block[], words: Words, options: PlanTextOptions): Context {
  const { command, verbose, color } = options;
  const commands = new Map<ResourceId, string[]>();
  if (verbose && command !== undefined)
    for (const { id, operations } of plan.actions) commands.set(id, [...(commands.get(id) ?? []), ...operations.map(command)]);
  return {
    words,
    options,
    paint: painter(color),
    width: Math.max(40, options.width ?? DEFAULT_WIDTH),
    resources: new Map(blocks.map((block) => [block.id, resourceOf(block)])),
    commands,
  };
}

function legend(blocks: readonly Block[], paint: Paint): string[] {
  const used = new Set(blocks.map((block) => block.action));
  return LEGEND.filter(([action]) => used.has(action)).map(
    ([action, meaning]) => `${paint(STYLES[action], SYMBOLS[action].padStart(3))} ${meaning}`,
  );
}

async function groupLines({ netns, blocks }: Group, context: Context): Promise<string[]> {
  const heads = blocks.map((block) => headOf(block, context));
  const room = context.width - Math.max(...blocks.map((block) => columns(placeText(resourceOf(block))))) - 8;
  // The places of one group stand below each other, but a single long title does not push all of them away.
  const column = Math.min(Math.max(...heads.map(columns)), Math.max(room, 30));
  const lines = [context.paint('bold', printable(netns))];
  for (const [i, block] of blocks.entries()) lines.push(...(await blockLines(block, heads[i] ?? '', column, context)));
  return lines;
}

/** The title, with what is worth saying in parentheses where it is short. */
function headOf(block: Block, context: Context): string {
  const title = printable(context.words.title(resourceOf(block)));
  const inline = inlineParts(block, context);
  return inline === null ? title : `${title} (${inline})`;
}

function inlineParts(block: Block, { words, options, width }: Context): string | null {
  if (block.action !== 'create' || options.verbose) return null;
  const text = createdParts(resourceOf(block), words).join(', ');
  return text !== '' && columns(text) <= Math.min(28, width / 3) ? text : null;
}

async function blockLines(block: Block, head: string, column: number, context: Context): Promise<string[]> {
  const { paint } = context;
  const place = placeText(resourceOf(block));
  const symbol = paint(STYLES[block.action], SYMBOLS[block.action].padStart(3));
  const header = place === '' ? head : `${padded(head, column)}  ${paint('dim', `# ${place}`)}`;
  const below = [...reasonLines(block, context), ...(await detailLines(block, context)), ...commandLines(block, context)];
  return [`${symbol} ${header}`, ...below.map((line) => `      ${line}`)];
}

function reasonLines(block: Block, context: Context): string[] {
  const { words, resources, paint } = context;
  if (block.because !== undefined) {
    const other = resources.get(block.because);
    return [paint('dim', `# because ${printable(other === undefined ? block.because : words.title(other))} is replaced`)];
  }
  return PLAIN_REASONS.has(block.reason) || isToldByFields(block) ? [] : [paint('dim', `# ${printable(withTitle(block.reason, context))}`)];
}

/** A reason that ends in another object's id ends in its title instead. */
function withTitle(reason: string, { words, resources }: Context): string {
  const start = reason.indexOf(' with ') + ' with '.length;
  const other = resources.get(reason.slice(start));
  return other === undefined ? reason : reason.slice(0, start) + words.title(other);
}

/** The lines of the fields say why there is an update or a replacement. */
function isToldByFields({ action, fields, reason }: Block): boolean {
  return fields.length > 0 && (action === 'replace' || fields.every((change) => reason.includes(change.field)));
}

async function detailLines(block: Block, context: Context): Promise<string[]> {
  const { options, paint, words, width } = context;
  const { verbose } = options;
  if (block.fields.length > 0) {
    const fields = verbose ? block.fields : tellingFields(block.fields, resourceOf(block), words);
    return changedLines(fields, paint, verbose);
  }
  if (verbose) return allLines(resourceOf(block));
  if (block.action !== 'create' || inlineParts(block, context) !== null) return [];
  return wrapped(createdParts(resourceOf(block), words), width - 6);
}

function commandLines(block: Block, { commands, paint }: Context): string[] {
  return (commands.get(block.id) ?? []).flatMap((command) => command.split('\n')).map((line) => paint('dim', `$ ${printable(line)}`));
}
