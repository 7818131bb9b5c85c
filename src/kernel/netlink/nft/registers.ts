/** What is known while a rule's expressions are read from first to last. */
import type { Field } from '../../../model/nft/expressions.js';
import type { Known, Source } from './sources.js';

/** Something loaded from the packet, perhaps masked, or a constant. */
export interface Register {
  readonly source?: Source;
  readonly mask?: Buffer;
  readonly constant?: Buffer;
}

export interface Walk {
  readonly known: Known;
  readonly registers: Map<number, Register>;
  readonly words: string[];
}

/** Of a field like `0x0a000001`. */
export function bytesOf(field: Field | undefined): Buffer {
  return Buffer.from(String(field ?? '').slice(2), 'hex');
}
