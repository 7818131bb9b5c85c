/**
 * The chains of `iptables-legacy` that packets of a lab pass: the kernel keeps them apart from nf_tables, and gives them out by
 * getsockopt (`linux/netfilter_ipv4/ip_tables.h`, `linux/netfilter/x_tables.h`).
 */
import { readFileSync } from 'node:fs';
import { addressOfBytes } from '../../model/address.js';
import { CMP, type Expression, META, PAYLOAD, REGISTER } from '../../model/nft/expressions.js';
import type { ForeignRule, ForeignTable } from '../../model/nft/foreign.js';
import type { ForeignChainObservation, ForeignHook } from '../../model/observation.js';
import { libc } from './libc.js';

interface Family {
  readonly family: 'ip' | 'ip6';
  /** Names of the tables that are in use. To ask for another one would load its module. */
  readonly tables: string;
  /** AF_INET or AF_INET6, and the level of its options. */
  readonly domain: number;
  readonly level: number;
  /** Length of the addresses with their masks, which come first. */
  readonly addresses: number;
  /** Where the names of interfaces stand, and where the protocol and all flags end. */
  readonly names: number;
  readonly end: number;
  readonly targetOffset: number;
  /** Of an entry without matches. */
  readonly length: number;
}

const FAMILIES: readonly Family[] = [
  {
    ...{ family: 'ip', tables: '/proc/thread-self/net/ip_tables_names', domain: 2, level: 0 },
    ...{ addresses: 16, names: 16, end: 84, targetOffset: 88, length: 112 },
  },
  {
    ...{ family: 'ip6', tables: '/proc/thread-self/net/ip6_tables_names', domain: 10, level: 41 },
    ...{ addresses: 64, names: 64, end: 133, targetOffset: 140, length: 168 },
  },
];

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const SO_GET_INFO = 64;
const SO_GET_ENTRIES = 65;
const INFO = { hooks: 36, underflows: 56, size: 80, length: 84 } as const;
const ENTRIES = 40;
/** NF_INET_LOCAL_IN, NF_INET_FORWARD */
const HOOKS = { input: 1, forward: 2 } as const;
const NAME = 32;
const INTERFACE = 16;

const TABLE = 'filter';

/** One look at a file of /proc for each family where there are none. */
export function readLegacyChains(netns: string): readonly ForeignChainObservation[] {
  return FAMILIES.flatMap((family) => {
    if (!tablesIn(family.tables).includes(TABLE)) return [];
    const fd = libc.socket(family.domain, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0) return [];
    try {
      return read(fd, family, netns);
    } finally {
      libc.close(fd);
    }
  });
}

function tablesIn(file: string): readonly string[] {
  try {
    return readFileSync(file, 'latin1').split('\n');
  } catch {
    return [];
  }
}

function read(fd: number, family: Family, netns: string): readonly ForeignChainObservation[] {
  const info = ask(fd, family.level, SO_GET_INFO, Buffer.alloc(INFO.length));
  if (info === null) return [];
  const size = info.readUInt32LE(INFO.size);
  const request = Buffer.alloc(ENTRIES + size);
  request.writeUInt32LE(size, NAME);
  // A change in between gives another size, and is refused: there is no warning then.
  const answer = ask(fd, family.level, SO_GET_ENTRIES, request);
  if (answer === null) return [];
  return (Object.keys(HOOKS) as (keyof typeof HOOKS)[]).map((hook) => {
    const start = info.readUInt32LE(INFO.hooks + 4 * HOOKS[hook]);
    const policy = info.readUInt32LE(INFO.underflows + 4 * HOOKS[hook]);
    return chainOf(answer.subarray(ENTRIES), family, netns, hook, start, policy);
  });
}

function ask(fd: number, level: number, option: number, buffer: Buffer): Buffer | null {
  buffer.write(TABLE, 0, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(buffer.length);
  return libc.getsockopt(fd, level, option, buffer, length) < 0 ? null : buffer;
}

const NO_SETS: ForeignTable['sets'] = new Map();
const ERROR = 'ERROR';
/** XT_RETURN; others are one less than the negative verdict. */
const RETURN = -5;
const DROP = -1;
const ACCEPT = -2;

function chainOf(
  entries: Buffer,
  family: Family,
  netns: string,
  hook: ForeignHook,
  start: number,
  policy: number,
): ForeignChainObservation {
  const base = hook.toUpperCase();
  const names = chainNames(entries, family, start, base);
  const rules = new Map<string, ForeignRule[]>();
  let chain = '';
  let drops = false;
  for (const { at } of walk(entries, family)) {
    chain = names.get(at) ?? chain;
    const target = at + entries.readUInt16LE(at + family.targetOffset);
    if (at === policy) drops = verdictOf(entries, target) === DROP;
    // A chain begins with its name, and ends with what is done with the rest: the policy, or a return.
    const isHead = targetName(entries, target) === ERROR;
    if (chain === '' || isHead || at === policy) {
      if (at === policy) chain = '';
      continue;
    }
    rules.set(chain, [...(rules.get(chain) ?? []), ruleOf(entries, family, at, target, names)]);
  }
  return { netns, hook, priority: 0, family: family.family, table: TABLE, chain: base, drops, legacy: true, rules, sets: NO_SETS };
}

/** Offset → the chain that begins there; a jump leads behind the head of a chain. */
function chainNames(entries: Buffer, family: Family, start: number, base: string): ReadonlyMap<number, string> {
  const names = new Map([[start, base]]);
  for (const { at, next } of walk(entries, family)) {
    const target = at + entries.readUInt16LE(at + family.targetOffset);
    if (targetName(entries, target) === ERROR) names.set(next, textAt(entries, target + NAME, 30));
  }
  return names;
}

function* walk(entries: Buffer, { targetOffset, length }: Family): Generator<{ readonly at: number; readonly next: number }> {
  for (let at = 0; at + length <= entries.length;) {
    const next = at + entries.readUInt16LE(at + targetOffset + 2);
    if (next <= at) return;
    yield { at, next };
    at = next;
  }
}

/** What asks for more than interfaces, addresses and a port is taken for a match that nobody knows. */
function ruleOf(entries: Buffer, family: Family, at: number, target: number, names: ReadonlyMap<number, string>): ForeignRule {
  const verdict = targetName(entries, target);
  const does = verdict === '' ? standard(verdictOf(entries, target), names) : `[target ${verdict}]`;
  const port = portAsked(entries, family, at);
  if (port === null || !hasNoFlags(entries, family, at, port !== undefined))
    return asRule([{ text: 'more', expressions: [UNKNOWN_MATCH] }], does);
  const interfaces = (['iifname', 'oifname'] as const).flatMap((key, i) =>
    nameAsked(key, interfaceAt(entries, at + family.names + i * INTERFACE)),
  );
  return asRule([...interfaces, ...addressesAsked(entries, family, at), ...(port === undefined ? [] : [port])], does);
}

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

function nameAsked(key: 'iifname' | 'oifname', name: string): readonly Asked[] {
  if (name === '') return [];
  const data = Buffer.from(name.endsWith('*') ? name.slice(0, -1) : `${name}\0`, 'latin1');
  return [{ text: `${key} "${name}"`, expressions: compare({ key: META[key] }, 'meta', CMP.eq, hexadecimal(data)) }];
}

/** Source, destination, and the masks of both, which come first; a rule of iptables is of one family. */
function addressesAsked(entries: Buffer, { family, addresses }: Family, at: number): readonly Asked[] {
  const width = addresses / 4;
  const part = (i: number): Buffer => entries.subarray(at + i * width, at + (i + 1) * width);
  return (['saddr', 'daddr'] as const).flatMap((side, i) => {
    const [value, mask] = [part(i), part(2 + i)];
    if (mask.every((byte) => byte === 0)) return [];
    const offset = family === 'ip' ? 12 + 4 * i : 8 + 16 * i;
    const [load, compared] = compare({ base: PAYLOAD.network, offset, len: width }, 'payload', CMP.eq, hexadecimal(value)) as [
      Expression,
      Expression,
    ];
    const and = {
      name: 'bitwise',
      fields: { sreg: REGISTER.first, dreg: REGISTER.first, len: width, mask: hexadecimal(mask), xor: hexadecimal(Buffer.alloc(width)) },
    };
    return [{ text: `${family} ${side} ${addressOfBytes([...value]).text}/${bitsIn(mask)}`, expressions: [load, and, compared] }];
  });
}

const bitsIn = (mask: Buffer): number => [...mask].reduce((sum, byte) => sum + byte.toString(2).replace(/0/g, '').length, 0);

/** The protocol's number is followed by flags; of IPv6 one of them says that it counts (IP6T_F_PROTO). */
function hasNoFlags(entries: Buffer, { names, end, family }: Family, at: number, hasProtocol: boolean): boolean {
  const start = names + 4 * INTERFACE + (hasProtocol ? 2 : 0);
  return entries
    .subarray(at + start, at + end)
    .every((byte, i) => byte === 0 || (hasProtocol && family === 'ip6' && start + i === IP6T_FLAGS && byte === IP6T_F_PROTO));
}

const IP6T_FLAGS = 131;
const IP6T_F_PROTO = 1;
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
]);
/** Of an entry whose only match is one of `struct xt_tcp` or `struct xt_udp`, which begin with two ports of the source and two of the destination. */
const MATCH = { head: 32, ports: 8, length: 48 } as const;

/** Undefined where no match asks for anything; null for another match. */
function portAsked(entries: Buffer, { names, targetOffset, length }: Family, at: number): Asked | null | undefined {
  const matches = at + length;
  const size = entries.readUInt16LE(at + targetOffset) - length;
  if (size === 0) return undefined;
  const number = entries.readUInt16LE(at + names + 4 * INTERFACE);
  const protocol = PROTOCOLS.get(number);
  if (size !== MATCH.length || protocol === undefined || textAt(entries, matches + 2, 29) !== protocol) return null;
  const ports = matches + MATCH.head;
  const [firstSource, lastSource, first, last] = [0, 2, 4, 6].map((offset) => entries.readUInt16LE(ports + offset));
  const isMore = entries.subarray(ports + MATCH.ports, matches + MATCH.length).some((byte) => byte !== 0);
  if (firstSource !== 0 || lastSource !== 0xffff || isMore) return null;
  const bound = (op: number, port: number): readonly Expression[] =>
    compare({ base: PAYLOAD.transport, offset: 2, len: 2 }, 'payload', op, hexadecimal(Buffer.from([port >> 8, port & 0xff])));
  return {
    text: `${protocol} dport ${first}-${last}`,
    expressions: [
      ...compare({ key: META.l4proto }, 'meta', CMP.eq, hexadecimal(Buffer.from([number]))),
      ...bound(CMP.gte, first!),
      ...bound(CMP.lte, last!),
    ],
  };
}

/** `br-+` stands there as it is written, with a mask that does not take in the plus. */
function interfaceAt(entries: Buffer, at: number): string {
  const name = textAt(entries, at, INTERFACE);
  if (name === '') return '';
  const mask = entries.subarray(at + 2 * INTERFACE, at + 3 * INTERFACE);
  return name.endsWith('+') && mask[name.length - 1] === 0 ? `${name.slice(0, -1)}*` : name;
}

function standard(verdict: number, names: ReadonlyMap<number, string>): string {
  if (verdict >= 0) return `jump ${names.get(verdict) ?? '?'}`;
  if (verdict === RETURN) return 'return';
  return verdict === ACCEPT ? 'accept' : verdict === DROP ? 'drop' : 'queue';
}

const targetName = (entries: Buffer, target: number): string => textAt(entries, target + 2, 29);
const verdictOf = (entries: Buffer, target: number): number => entries.readInt32LE(target + NAME);

function textAt(entries: Buffer, at: number, most: number): string {
  const end = entries.indexOf(0, at);
  return entries.toString('latin1', at, Math.min(end < 0 ? at + most : end, at + most));
}
