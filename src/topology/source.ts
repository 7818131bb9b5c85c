/** A text with a name; offsets in it become lines and columns. */
import type { SourceRange } from '../model/diagnostic.js';
import type { Span } from './tree.js';

export interface Source {
  readonly file: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
  /** Of a text that is several files one behind the other: where each begins, the first one left out. */
  readonly parts?: readonly Part[];
}

interface Part {
  readonly file: string;
  /** Index in `lineStarts`. */
  readonly line: number;
}

export function sourceOf(file: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, lineStarts };
}

export function rangeOf(source: Source, span: Span): SourceRange {
  const index = lineIndex(source.lineStarts, span.start);
  const lineStart = source.lineStarts[index] ?? 0;
  const nextLine = source.lineStarts[index + 1];
  const lineEnd = nextLine === undefined ? source.text.length : nextLine - 1;
  const length = Math.max(1, Math.min(span.end, lineEnd) - span.start);
  const part = source.parts?.findLast(({ line }) => line <= index);
  return { file: part?.file ?? source.file, line: index - (part?.line ?? 0) + 1, column: span.start - lineStart + 1, length };
}

/** The text with another file behind it, and the offset at which that begins. */
export function continued(source: Source, other: Source): { readonly source: Source; readonly base: number } {
  const base = source.text.length + 1;
  const part: Part = { file: other.file, line: source.lineStarts.length };
  const lineStarts = [...source.lineStarts, ...other.lineStarts.map((start) => base + start)];
  return { source: { file: source.file, text: `${source.text}\n${other.text}`, lineStarts, parts: [...(source.parts ?? []), part] }, base };
}

/** The text of the line that holds the offset. */
export function lineAt(source: Source, offset: number): string {
  const index = lineIndex(source.lineStarts, offset);
  return source.text.slice(source.lineStarts[index], source.lineStarts[index + 1]).replace(/\r?\n$/, '');
}

function lineIndex(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
