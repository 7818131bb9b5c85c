/**
 * The chains of `iptables-legacy` that packets of a lab pass: the kernel keeps them apart from nf_tables, and gives them out by
 * getsockopt (`linux/netfilter_ipv4/ip_tables.h`, `linux/netfilter/x_tables.h`).
 */
import { readFileSync } from 'node:fs';
import type { ForeignRule, ForeignTable } from '../../model/nft/foreign.js';
import type { ForeignChainObservation, ForeignHook } from '../../model/observation.js';
import { libc } from './libc.js';
import { DROP, type Family, NAME, ruleOf, targetName, textAt, verdictOf } from './xtables-rule.js';

const FAMILIES: readonly Family[] = [
  {
    ...{ family: 'ip', tables: '/proc/thread-self/net/ip_tables_names', domain: 2, level: 0 },
    ...{ addresses: 16, names: 16, targetOffset: 88, length: 112 },
  },
  {
    ...{ family: 'ip6', tables: '/proc/thread-self/net/ip6_tables_names', domain: 10, level: 41 },
    ...{ addresses: 64, names: 64, targetOffset: 140, length: 168 },
  },
];

const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const SO_GET_INFO = 64;
const SO_GET_ENTRIES = 65;
const INFO = { hooks: 36, underflows: 56, size: 80, length: 84 } as const;
const ENTRIES = 40;
/** NF_INET_LOCAL_IN, NF_INET_FORWARD, NF_INET_LOCAL_OUT */
const HOOKS = { input: 1, forward: 2, output: 3 } as const;

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
