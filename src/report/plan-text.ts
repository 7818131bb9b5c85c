/** A plan for people, in Terraform's habits. */
import type { Plan } from '../model/plan.js';
import type { ResourceId } from '../model/state.js';
import { entryLines, entryOf, STYLES, type Context } from './block-text.js';
import { blocksOf, groupsOf, resourceOf, SYMBOLS, type Block, type BlockAction, type Group } from './blocks.js';
import { exposureLines } from './exposure-text.js';
import { painter, type Paint } from './style.js';
import { columns, largest, printable } from './width.js';
import type { CommandText, Words } from './words.js';

export interface PlanTextOptions {
  readonly color: boolean;
  /** Every property, unchanged rules and kernel operations too. */
  readonly verbose: boolean;
  /** Columns of the terminal; 100 if there is none. */
  readonly width?: number;
  /** Only used where `verbose`. */
  readonly command?: CommandText;
  readonly wording?: Wording;
}

/** What stands above the plan, with its colon, and instead of one that is empty. */
export interface Wording {
  readonly title: string;
  readonly noChanges: string;
}

const DEFAULT_WIDTH = 100;

export const NO_CHANGES = 'No changes. The kernel matches the topology.';

const LEGEND: readonly (readonly [BlockAction, string])[] = [
  ['create', 'create'],
  ['adopt', 'adopt (take over as it is: from now on the lab’s, which destroy removes)'],
  ['move', 'move (rename in place)'],
  ['update', 'update in place'],
  ['delete', 'delete'],
  ['replace', 'replace (delete, then create)'],
];

/** The whole text, with a line feed at its end. */
export async function planText(plan: Plan, words: Words, options: PlanTextOptions): Promise<string> {
  const { title = `Plan for the lab ${printable(plan.lab)}:`, noChanges } = options.wording ?? {};
  if (plan.actions.length === 0) return `${planSummary(plan, noChanges)}\n`;
  const blocks = blocksOf(plan);
  const context = contextOf(plan, blocks, words, options);
  const lines = [title, ...legend(blocks, context.paint), ''];
  for (const group of groupsOf(blocks)) {
    for (const line of await groupLines(group, context)) lines.push(line);
    lines.push('');
  }
  const exposed = exposureLines(plan.exposure ?? [], plan.networks ?? [], context.paint);
  for (const line of exposed) lines.push(line);
  if (exposed.length > 0) lines.push('');
  lines.push(planSummary(plan));
  return `${lines.join('\n')}\n`;
}

/** `Plan: 3 to add, 1 to change, 0 to destroy.` */
export function planSummary({ actions, summary }: Plan, noChanges: string = NO_CHANGES): string {
  if (actions.length === 0) return noChanges;
  return `Plan: ${takenOver(summary)}${summary.add} to add, ${summary.change} to change, ${summary.destroy} to destroy.`;
}

const takenOver = ({ adopt = 0, move = 0 }: Plan['summary']): string =>
  `${adopt === 0 ? '' : `${adopt} to adopt, `}${move === 0 ? '' : `${move} to move, `}`;

export function contextOf(plan: Plan, blocks: readonly Block[], words: Words, options: PlanTextOptions): Context {
  const { command, verbose, color } = options;
  const commands = new Map<ResourceId, string[]>();
  if (verbose && command !== undefined)
    for (const { id, operations, finish = [] } of plan.actions)
      commands.set(id, [...(commands.get(id) ?? []), ...[...operations, ...finish].map(command)]);
  return {
    words,
    verbose,
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
  const entries = blocks.map((block) => entryOf(block, context));
  const widest = largest(entries.map(({ head }) => columns(head)));
  const room = context.width - largest(entries.map(({ place }) => columns(place))) - 8;
  // The places of one group stand below each other, but a single long title does not push all of them away.
  const column = Math.min(widest, Math.max(room, 30));
  const lines = [context.paint('bold', printable(netns))];
  for (const entry of entries) for (const line of await entryLines(entry, column, context)) lines.push(line);
  return lines;
}
