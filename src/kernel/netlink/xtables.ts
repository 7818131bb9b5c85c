/**
 * The chains of `iptables-legacy` that forwarded packets pass: the kernel keeps them apart from nf_tables, and gives them out by
 * getsockopt (`linux/netfilter_ipv4/ip_tables.h`, `linux/netfilter/x_tables.h`).
 */
import { readFileSync } from 'node:fs';
import type { ForwardChainObservation, NftRuleText } from '../../model/observation.js';
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
    ...{ family: 'ip', tables: '/proc/net/ip_tables_names', domain: 2, level: 0 },
    ...{ addresses: 16, names: 16, end: 84, targetOffset: 88, length: 112 },
  },
  {
    ...{ family: 'ip6', tables: '/proc/net/ip6_tables_names', domain: 10, level: 41 },
    ...{ addresses: 64, names: 64, end: 133, targetOffset: 140, length: 168 },
  },
];

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const SO_GET_INFO = 64;
const SO_GET_ENTRIES = 65;
const INFO = { hooks: 36, underflows: 56, size: 80, length: 84 } as const;
const ENTRIES = 40;
const FORWARD = 2;
const NAME = 32;
const INTERFACE = 16;

const TABLE = 'filter';

/** One look at a file of /proc for each family where there are none. */
export function readLegacyChains(): readonly ForwardChainObservation[] {
  return FAMILIES.flatMap((family) => {
    if (!tablesIn(family.tables).includes(TABLE)) return [];
    const fd = libc.socket(family.domain, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0) return [];
    try {
      return read(fd, family);
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

function read(fd: number, family: Family): readonly ForwardChainObservation[] {
  const info = ask(fd, family.level, SO_GET_INFO, Buffer.alloc(INFO.length));
  if (info === null) return [];
  const size = info.readUInt32LE(INFO.size);
  const request = Buffer.alloc(ENTRIES + size);
  request.writeUInt32LE(size, NAME);
  // A change in between gives another size, and is refused: there is no warning then.
  const answer = ask(fd, family.level, SO_GET_ENTRIES, request);
  if (answer === null) return [];
  const start = info.readUInt32LE(INFO.hooks + 4 * FORWARD);
  const policy = info.readUInt32LE(INFO.underflows + 4 * FORWARD);
  return [chainsOf(answer.subarray(ENTRIES), family, start, policy)];
}

function ask(fd: number, level: number, option: number, buffer: Buffer): Buffer | null {
  buffer.write(TABLE, 0, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(buffer.length);
  return libc.getsockopt(fd, level, option, buffer, length) < 0 ? null : buffer;
}

const ERROR = 'ERROR';
/** XT_RETURN; others are one less than the negative verdict. */
const RETURN = -5;
const DROP = -1;
const ACCEPT = -2;

function chainsOf(entries: Buffer, family: Family, start: number, policy: number): ForwardChainObservation {
  const names = chainNames(entries, family, start);
  const rules = new Map<string, NftRuleText[]>();
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
    const text = ruleText(entries, family, at, target, names);
    rules.set(chain, [...(rules.get(chain) ?? []), { text, code: '' }]);
  }
  return { family: family.family, table: TABLE, chain: 'FORWARD', drops, legacy: true, rules };
}

/** Offset → the chain that begins there; a jump leads behind the head of a chain. */
function chainNames(entries: Buffer, family: Family, start: number): ReadonlyMap<number, string> {
  const names = new Map([[start, 'FORWARD']]);
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

/** In the words of nft; what asks for more than an interface is of no interest. */
function ruleText(entries: Buffer, family: Family, at: number, target: number, names: ReadonlyMap<number, string>): string {
  const verdict = targetName(entries, target);
  const does = verdict === '' ? standard(verdictOf(entries, target), names) : `[target ${verdict}]`;
  const isEmpty = (from: number, to: number): boolean => entries.subarray(at + from, at + to).every((byte) => byte === 0);
  const plain =
    entries.readUInt16LE(at + family.targetOffset) === family.length &&
    isEmpty(0, family.addresses) &&
    isEmpty(family.names + 4 * INTERFACE, family.end);
  const [incoming, outgoing] = [0, 1].map((i) => interfaceAt(entries, at + family.names + i * INTERFACE)) as [string, string];
  if (!plain || (incoming !== '' && outgoing !== '')) return `more ${does}`;
  if (incoming !== '') return `iifname "${incoming}" ${does}`;
  return outgoing === '' ? does : `oifname "${outgoing}" ${does}`;
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
