/** A rule of `iptables-legacy`, as the kernel has it, in the words of nf_tables (`linux/netfilter/x_tables.h`). */
import { addressOfBytes } from '../../model/address.js';
import { CMP, type Expression, IPPROTO, META, PAYLOAD, REGISTER } from '../../model/nft/expressions.js';
import type { ForeignRule } from '../../model/nft/foreign.js';
import { attributesOf } from '../../model/nft/xtables-match.js';

export interface Family {
  readonly family: 'ip' | 'ip6';
  /** Names of the tables that are in use. To ask for another one would load its module. */
  readonly tables: string;
  /** AF_INET or AF_INET6, and the level of its options. */
  readonly domain: number;
  readonly level: number;
  /** Length of the addresses with their masks, which come first. */
  readonly addresses: number;
  /** Where the names of interfaces stand. */
  readonly names: number;
  readonly targetOffset: number;
  /** Of an entry without matches. */
  readonly length: number;
}

const INTERFACE = 16;
/** XT_RETURN; others are one less than the negative verdict. */
const RETURN = -5;
export const DROP = -1;
const ACCEPT = -2;
export const NAME = 32;

/** What asks for a fragment, a type of service or the like is taken for a match that nobody knows. */
export function ruleOf(entries: Buffer, family: Family, at: number, target: number, names: ReadonlyMap<number, string>): ForeignRule {
  const verdict = targetName(entries, target);
  const { protocol, inverted, goes, isPlain } = headOf(entries, family, at);
  const does = verdict === '' ? standard(verdictOf(entries, target), names, goes) : `[target ${verdict}]`;
  const interfaces = (['iifname', 'oifname'] as const).flatMap((key, i) =>
    nameAsked(key, interfaceAt(entries, at + family.names + i * INTERFACE), comparison(inverted, IPT_INV.interfaces[i]!)),
  );
  const asked = [
    ...interfaces,
    ...addressesAsked(entries, family, at, inverted),
    ...(protocol === 0 ? [] : [protocolAsked(protocol, comparison(inverted, IPT_INV.protocol))]),
    ...matchesAsked(entries, family, at, target),
  ];
  return asRule(isPlain ? asked : [{ text: 'more', expressions: [UNKNOWN_MATCH] }], does);
}

/** IPT_INV_*, which are those of IPv6 too. */
const IPT_INV = { interfaces: [1, 2], addresses: [8, 16], protocol: 64, fragment: 32 } as const;

const comparison = (inverted: number, bit: number): number => ((inverted & bit) === 0 ? CMP.eq : CMP.neq);

interface Head {
  readonly protocol: number;
  readonly inverted: number;
  readonly goes: 'jump' | 'goto';
  /** It asks for nothing besides. */
  readonly isPlain: boolean;
}

/** Behind the names the protocol's number; of IPv6 a type of service; flags; what is turned around. */
function headOf(entries: Buffer, { family, names }: Family, at: number): Head {
  const start = at + names + 4 * INTERFACE;
  const [flags, inverted] = [start + 2, start + 3].map((place) => entries.readUInt8(place + (family === 'ip6' ? 1 : 0))) as [
    number,
    number,
  ];
  const [asks, goto] = family === 'ip6' ? [IP6T_F_TOS, IP6T_F_GOTO] : [IPT_F_FRAG, IPT_F_GOTO];
  return {
    protocol: entries.readUInt16LE(start),
    inverted,
    goes: (flags & goto) === 0 ? 'jump' : 'goto',
    isPlain: (flags & asks) === 0 && (inverted & IPT_INV.fragment) === 0,
  };
}

const [IPT_F_FRAG, IPT_F_GOTO] = [1, 2];
const [IP6T_F_TOS, IP6T_F_GOTO] = [2, 4];

interface Asked {
  readonly text: string;
  readonly expressions: readonly Expression[];
}

const UNKNOWN_MATCH: Expression = { name: 'match', fields: { bytes: '0x' } };

function asRule(asked: readonly Asked[], does: string): ForeignRule {
  const end: readonly Expression[] =
    does === '[target REJECT]' ? [{ name: 'reject', fields: {} }] : does.startsWith('[') ? [] : [immediate(does)];
  return {
    text: [...asked.map(({ text }) => text), does].join(' '),
    expressions: [...asked.flatMap(({ expressions }) => expressions), ...end],
  };
}

const immediate = (verdict: string): Expression => ({ name: 'immediate', fields: { dreg: REGISTER.verdict, data: verdict } });

function compare(load: Expression['fields'], name: string, op: number, data: string): readonly Expression[] {
  return [
    { name, fields: { dreg: REGISTER.first, ...load } },
    { name: 'cmp', fields: { sreg: REGISTER.first, op, data } },
  ];
}

const hexadecimal = (bytes: Buffer): string => `0x${bytes.toString('hex')}`;

function nameAsked(key: 'iifname' | 'oifname', name: string, op: number): readonly Asked[] {
  if (name === '') return [];
  const data = Buffer.from(name.endsWith('*') ? name.slice(0, -1) : `${name}\0`, 'latin1');
  return [{ text: `${key} ${wordOf(op)}"${name}"`, expressions: compare({ key: META[key] }, 'meta', op, hexadecimal(data)) }];
}

/** Source, destination, and the masks of both, which come first; a rule of iptables is of one family. */
function addressesAsked(entries: Buffer, { family, addresses }: Family, at: number, inverted: number): readonly Asked[] {
  const width = addresses / 4;
  const part = (i: number): Buffer => entries.subarray(at + i * width, at + (i + 1) * width);
  return (['saddr', 'daddr'] as const).flatMap((side, i) => {
    const [value, mask] = [part(i), part(2 + i)];
    if (mask.every((byte) => byte === 0)) return [];
    const offset = family === 'ip' ? 12 + 4 * i : 8 + 16 * i;
    const op = comparison(inverted, IPT_INV.addresses[i]!);
    const [load, compared] = compare({ base: PAYLOAD.network, offset, len: width }, 'payload', op, hexadecimal(value)) as [
      Expression,
      Expression,
    ];
    const and = {
      name: 'bitwise',
      fields: { sreg: REGISTER.first, dreg: REGISTER.first, len: width, mask: hexadecimal(mask), xor: hexadecimal(Buffer.alloc(width)) },
    };
    return [
      { text: `${family} ${side} ${wordOf(op)}${addressOfBytes([...value]).text}/${bitsIn(mask)}`, expressions: [load, and, compared] },
    ];
  });
}

const bitsIn = (mask: Buffer): number => [...mask].reduce((sum, byte) => sum + byte.toString(2).replace(/0/g, '').length, 0);

const wordOf = (op: number): string => (op === CMP.neq ? '!= ' : '');

function protocolAsked(number: number, op: number): Asked {
  const name = Object.entries(IPPROTO).find(([, one]) => one === number)?.[0] ?? String(number);
  return {
    text: `meta l4proto ${wordOf(op)}${name}`,
    expressions: compare({ key: META.l4proto }, 'meta', op, hexadecimal(Buffer.from([number]))),
  };
}

/** `struct xt_entry_match`: its length, a name, a revision, and what is of that match alone. */
function matchesAsked(entries: Buffer, { length }: Family, start: number, target: number): readonly Asked[] {
  const all: Asked[] = [];
  for (let at = start + length; at + MATCH_HEAD <= target;) {
    const next = at + entries.readUInt16LE(at);
    if (next <= at) break;
    const name = textAt(entries, at + 2, 29);
    const info = entries.subarray(at + MATCH_HEAD, next);
    const bytes = hexadecimal(attributesOf(name, entries.readUInt8(at + MATCH_REVISION), info));
    all.push({ text: matchText(name, info), expressions: [{ name: 'match', fields: { bytes } }] });
    at = next;
  }
  return all;
}

const [MATCH_REVISION, MATCH_HEAD] = [31, 32];

/** A port is worth being named. */
function matchText(name: string, info: Buffer): string {
  if (name !== 'tcp' && name !== 'udp') return `[match ${name}]`;
  const [from, to] = [info.readUInt16LE(4), info.readUInt16LE(6)];
  return `${name} dport ${from === to ? from : `${from}-${to}`}`;
}

/** `br-+` stands there as it is written, with a mask that does not take in the plus. */
function interfaceAt(entries: Buffer, at: number): string {
  const name = textAt(entries, at, INTERFACE);
  if (name === '') return '';
  const mask = entries.subarray(at + 2 * INTERFACE, at + 3 * INTERFACE);
  return name.endsWith('+') && mask[name.length - 1] === 0 ? `${name.slice(0, -1)}*` : name;
}

function standard(verdict: number, names: ReadonlyMap<number, string>, goes: Head['goes']): string {
  if (verdict >= 0) return `${goes} ${names.get(verdict) ?? '?'}`;
  if (verdict === RETURN) return 'return';
  return verdict === ACCEPT ? 'accept' : verdict === DROP ? 'drop' : 'queue';
}

export const targetName = (entries: Buffer, target: number): string => textAt(entries, target + 2, 29);
export const verdictOf = (entries: Buffer, target: number): number => entries.readInt32LE(target + NAME);

export function textAt(entries: Buffer, at: number, most: number): string {
  const end = entries.indexOf(0, at);
  return entries.toString('latin1', at, Math.min(end < 0 ? at + most : end, at + most));
}
