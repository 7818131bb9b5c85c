/**
 * The chains of `iptables-legacy` that packets of a lab pass: the kernel keeps them apart from nf_tables, and gives them out by
 * getsockopt (`linux/netfilter_ipv4/ip_tables.h`, `linux/netfilter/x_tables.h`).
 */
import { readFileSync } from 'node:fs';
import type { ForeignChainObservation, ForeignHook, NftRuleText } from '../../model/observation.js';
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
/** NF_INET_LOCAL_IN, NF_INET_FORWARD */
const HOOKS = { input: 1, forward: 2 } as const;
const NAME = 32;
const INTERFACE = 16;

const TABLE = 'filter';

/** One look at a file of /proc for each family where there are none. */
export function readLegacyChains(hooks: readonly ForeignHook[]): readonly ForeignChainObservation[] {
  return FAMILIES.flatMap((family) => {
    if (!tablesIn(family.tables).includes(TABLE)) return [];
    const fd = libc.socket(family.domain, SOCK_RAW, IPPROTO_RAW);
    if (fd < 0) return [];
    try {
      return read(fd, family, hooks);
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

function read(fd: number, family: Family, hooks: readonly ForeignHook[]): readonly ForeignChainObservation[] {
  const info = ask(fd, family.level, SO_GET_INFO, Buffer.alloc(INFO.length));
  if (info === null) return [];
  const size = info.readUInt32LE(INFO.size);
  const request = Buffer.alloc(ENTRIES + size);
  request.writeUInt32LE(size, NAME);
  // A change in between gives another size, and is refused: there is no warning then.
  const answer = ask(fd, family.level, SO_GET_ENTRIES, request);
  if (answer === null) return [];
  return hooks.map((hook) => {
    const start = info.readUInt32LE(INFO.hooks + 4 * HOOKS[hook]);
    const policy = info.readUInt32LE(INFO.underflows + 4 * HOOKS[hook]);
    return chainsOf(answer.subarray(ENTRIES), family, hook, start, policy);
  });
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

function chainsOf(entries: Buffer, family: Family, hook: ForeignHook, start: number, policy: number): ForeignChainObservation {
  const base = hook.toUpperCase();
  const names = chainNames(entries, family, start, base);
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
  return { hook, family: family.family, table: TABLE, chain: base, drops, legacy: true, rules };
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

/** In the words of nft; what asks for more than an interface is of no interest. */
function ruleText(entries: Buffer, family: Family, at: number, target: number, names: ReadonlyMap<number, string>): string {
  const verdict = targetName(entries, target);
  const does = verdict === '' ? standard(verdictOf(entries, target), names) : `[target ${verdict}]`;
  const isEmpty = (from: number, to: number): boolean => entries.subarray(at + from, at + to).every((byte) => byte === 0);
  const port = portText(entries, family, at);
  const plain = port !== null && isEmpty(0, family.addresses) && hasNoFlags(entries, family, at, port !== '');
  const [incoming, outgoing] = [0, 1].map((i) => interfaceAt(entries, at + family.names + i * INTERFACE)) as [string, string];
  if (!plain) return `more ${does}`;
  const interfaces = [incoming === '' ? '' : `iifname "${incoming}" `, outgoing === '' ? '' : `oifname "${outgoing}" `];
  return `${interfaces.join('')}${port}${does}`;
}

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

/** `udp dport 53 `; '' where no match asks for anything; null for another match. */
function portText(entries: Buffer, { names, targetOffset, length }: Family, at: number): string | null {
  const matches = at + length;
  const size = entries.readUInt16LE(at + targetOffset) - length;
  if (size === 0) return '';
  const protocol = PROTOCOLS.get(entries.readUInt16LE(at + names + 4 * INTERFACE));
  if (size !== MATCH.length || protocol === undefined || textAt(entries, matches + 2, 29) !== protocol) return null;
  const ports = matches + MATCH.head;
  const [firstSource, lastSource, first, last] = [0, 2, 4, 6].map((offset) => entries.readUInt16LE(ports + offset));
  const isMore = entries.subarray(ports + MATCH.ports, matches + MATCH.length).some((byte) => byte !== 0);
  return firstSource !== 0 || lastSource !== 0xffff || isMore ? null : `${protocol} dport ${first}-${last} `;
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
