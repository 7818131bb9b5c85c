/** That a node or a network of the file is one that had another name (`moved`). */
import type { SourceRange } from './diagnostic.js';
import type { Operation } from './operation.js';

export interface Move {
  readonly at: SourceRange;
  /** Hosts are among the nodes. */
  readonly section: 'nodes' | 'networks';
  readonly isHost?: true;
  /** The name that it had. */
  readonly from: string;
  /** The name that it has in the file. */
  readonly to: string;
  /** The way back of one that may be half done: the mark can be either one's, whatever the name is. */
  readonly isBack?: true;
}

/** As the file calls it. */
export function pathOfMoved({ section, isHost }: Pick<Move, 'section' | 'isHost'>, name: string): string {
  return `${isHost === true ? 'hosts' : section}.${name}`;
}

/** What undoes them. */
export function movedBack(moved: readonly Move[]): readonly Move[] {
  return [...moved].reverse().map((move) => ({ ...move, from: move.to, to: move.from, isBack: true }));
}

/** The name that what is derived comes from: what had another name keeps what it got by that. */
export function originOf(moved: readonly Move[] | undefined, section: Move['section'], name: string): string {
  return moved?.find((move) => move.section === section && move.to === name)?.from ?? name;
}

/** Renames of one object. */
export interface Renaming {
  /** As the file called it. */
  readonly from: string;
  /** The desired object that it becomes. */
  readonly id: string;
  readonly field: string;
  readonly was: string;
  readonly is: string;
  readonly operations: readonly Operation[];
}
