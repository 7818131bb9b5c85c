/** A plan as a unified diff: what there is and what there is to be, as YAML. */
import type { Plan } from '../model/plan.js';
import { blocksOf, groupsOf, resourceOf } from './blocks.js';
import { blockDiff, type Line } from './plan-diff-objects.js';
import { painter, type Paint, type Style } from './style.js';
import { printable } from './width.js';
import type { Words } from './words.js';

export interface PlanDiffOptions {
  readonly color: boolean;
  /** Properties that are as they always are, and marks, too. */
  readonly verbose: boolean;
  /** The folders that the files of the two sides seem to stand in. */
  readonly sides: readonly [before: string, after: string];
}

/** Lines around a change, as with `diff -u`. */
const CONTEXT = 3;

/**
 * A file for each namespace, with the objects of it that change, in the order of the plan's text; '' where nothing does. Each line
 * ends with a line feed.
 */
export async function planDiff(plan: Plan, words: Words, { color, sides, verbose }: PlanDiffOptions): Promise<string> {
  const files = await diffFiles(plan, words, verbose);
  const paint = painter(color);
  return files.map(({ name, lines }) => `${fileText(`${name}.yaml`, lines, sides, paint).join('\n')}\n`).join('');
}

export interface DiffFile {
  /** Of the namespace, as part of a path. */
  readonly name: string;
  readonly lines: readonly Line[];
}

export async function diffFiles(plan: Plan, words: Words, verbose: boolean): Promise<readonly DiffFile[]> {
  const blocks = blocksOf(plan);
  const context = { words, verbose, resources: new Map(blocks.map((block) => [block.id, resourceOf(block)])) };
  const files: DiffFile[] = [];
  for (const { netns, blocks: members } of groupsOf(blocks)) {
    const titles = { before: new Set<string>(), after: new Set<string>() };
    const lines: Line[] = [];
    for (const block of members) for (const line of await blockDiff(block, context, titles)) lines.push(line);
    files.push({ name: pathPart(netns), lines });
  }
  return files;
}

/** Blanks and what else means something in a patch, and slashes, by their bytes. */
const pathPart = (netns: string): string => netns.replace(/[^\w.:@+-]/gu, (character) => encodeURIComponent(character));

function fileText(name: string, lines: readonly Line[], sides: PlanDiffOptions['sides'], paint: Paint): string[] {
  const side = (index: 0 | 1): string => (lines.every(({ sign }) => sign === ABSENT[index]) ? '/dev/null' : `${sides[index]}/${name}`);
  return [
    paint('bold', `--- ${side(0)}`),
    paint('bold', `+++ ${side(1)}`),
    ...hunks(lines).flatMap((hunk) => hunkText(hunk, lines, paint)),
  ];
}

/** The sign of lines that are not on that side. */
const ABSENT = ['+', '-'] as const;

interface Hunk {
  /** Of the lines, both inclusive. */
  readonly first: number;
  readonly last: number;
}

/** Changes with so little between them that their surroundings touch are one. */
function hunks(lines: readonly Line[]): readonly Hunk[] {
  const found: Hunk[] = [];
  for (const [i, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const [first, last] = [Math.max(0, i - CONTEXT), Math.min(lines.length - 1, i + CONTEXT)];
    const before = found.at(-1);
    if (before !== undefined && first <= before.last + 1) found[found.length - 1] = { first: before.first, last };
    else found.push({ first, last });
  }
  return found;
}

const STYLES: { readonly [sign in Line['sign']]: Style | null } = { '+': 'green', '-': 'red', ' ': null };

function hunkText({ first, last }: Hunk, lines: readonly Line[], paint: Paint): string[] {
  const shown = lines.slice(first, last + 1);
  const range = (absent: '+' | '-'): string => {
    const count = (some: readonly Line[]): number => some.filter(({ sign }) => sign !== absent).length;
    const length = count(shown);
    // Of nothing, the line before it is named.
    return `${count(lines.slice(0, first)) + (length === 0 ? 0 : 1)},${length}`;
  };
  const title = printable(shown.find(({ sign }) => sign !== ' ')?.title ?? '');
  const head = `${paint('dim', `@@ -${range('+')} +${range('-')} @@`)} ${title}`;
  return [head, ...shown.map(({ sign, text }) => (STYLES[sign] === null ? `${sign}${text}` : paint(STYLES[sign], `${sign}${text}`)))];
}
