/** A comparison of a register with a constant, in the words of `nft`. */
import { CMP } from '../../../model/nft/expressions.js';
import type { Register } from './registers.js';
import { hexadecimal, host, prefixText, type Source } from './sources.js';

/** By `enum nft_cmp_ops`; equality is not written. */
const OPERATORS = ['', '!= ', '< ', '<= ', '> ', '>= '];

export function matchText({ source, mask }: Register, op: number, value: Buffer): string {
  const operator = OPERATORS[op] ?? `${op} `;
  if (source === undefined) return `[cmp ${operator}${hexadecimal(value)}]`;
  if (mask === undefined) return `${source.label} ${operator}${source.format(value)}`;
  return (
    maskedText(source, mask, op, value) ??
    `${source.label} & ${hexadecimal(mask)} ${operator === '' ? '== ' : operator}${hexadecimal(value)}`
  );
}

function maskedText(source: Source, mask: Buffer, op: number, value: Buffer): string | null {
  if (source.bits !== undefined && op === CMP.neq && host(value) === 0) return `${source.label} ${bitNames(source.bits, host(mask))}`;
  const length = prefixLength(mask);
  if (source.width === undefined || length === null || mask.length !== source.width) return null;
  return `${source.label} ${OPERATORS[op] ?? ''}${prefixText(value, length, source.width)}`;
}

function bitNames(names: ReadonlyMap<number, string>, bits: number): string {
  const set = Array.from({ length: 32 }, (_, i) => 2 ** i).filter((bit) => Math.floor(bits / bit) % 2 === 1);
  return set.map((bit) => names.get(bit) ?? `0x${bit.toString(16)}`).join(',');
}

/** Ones, then zeros only; null otherwise. */
function prefixLength(mask: Buffer): number | null {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : null;
}
