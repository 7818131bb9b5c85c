/** A plan for a comment on a pull request. */
import type { Plan } from '../model/plan.js';
import { entryOf, entryLines } from './block-text.js';
import { blocksOf, groupsOf, type BlockAction } from './blocks.js';
import { exposureText, networkText } from './exposure-text.js';
import { contextOf, planSummary, type PlanTextOptions } from './plan-text.js';
import { printable } from './width.js';
import type { Words } from './words.js';

/** What a code block of the language `diff` colours: green, yellow, red. */
const MARKS: { readonly [action in BlockAction]: string } = { create: '+', adopt: '!', move: '!', update: '!', delete: '-', replace: '-' };

const PLAIN: PlanTextOptions = { color: false, verbose: false };

/** The whole text, with a line feed at its end; `title` without a colon. */
export async function planMarkdown(
  plan: Plan,
  words: Words,
  { title, noChanges }: { readonly title: string; readonly noChanges?: string },
): Promise<string> {
  const summary = planSummary(plan, noChanges);
  const lines = [`### ${escaped(title)}`, '', `**${escaped(summary)}**`, ''];
  for (const change of plan.exposure ?? [])
    lines.push(`- ${{ opened: 'opens', closed: 'closes', moved: 'moves' }[change.change]} ${escaped(exposureText(change))}`);
  for (const one of plan.networks ?? []) lines.push(`- ${one.change === 'opened' ? 'opens' : 'closes'} ${escaped(networkText(one))}`);
  if ((plan.exposure?.length ?? 0) + (plan.networks?.length ?? 0) > 0) lines.push('');
  for (const { message, hint } of plan.warnings ?? [])
    lines.push(`> **Warning:** ${escaped(message)}${hint === undefined ? '' : ` (${escaped(hint)})`}`, '');
  if (plan.actions.length === 0) return lines.join('\n');
  const body = await diffLines(plan, words);
  const longest = Math.max(2, ...body.map((line) => /`*/.exec(line.trimStart())?.[0].length ?? 0));
  const fence = '`'.repeat(longest + 1);
  return `${[...lines, '<details>', '<summary>Show the plan</summary>', '', `${fence}diff`, ...body, fence, '', '</details>'].join('\n')}\n`;
}

async function diffLines(plan: Plan, words: Words): Promise<readonly string[]> {
  const blocks = blocksOf(plan);
  const context = contextOf(plan, blocks, words, PLAIN);
  const lines: string[] = [];
  for (const group of groupsOf(blocks)) {
    lines.push(`@@ ${printable(group.netns)} @@`);
    for (const block of group.blocks) {
      const [head = '', ...below] = await entryLines(entryOf(block, context), 0, context);
      lines.push(`${MARKS[block.action]}${head.slice(1)}`, ...below.map((line) => ` ${line.slice(1)}`));
    }
  }
  return lines;
}

/** Names come from files of whoever opens a pull request. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>#|~&@]/g, (character) => `\\${character}`);
}
