/** Atomic replacement, checks without consequences, refusals that name the rule. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { encodeReplace } from '../../../src/kernel/netlink/nft/transaction.js';
import { desiredTable } from '../../../src/model/nft/canonical.js';
import { tableText } from '../../../src/model/nft-text.js';
import type { NftRule, NftTable } from '../../../src/model/operation.js';
import { CASE_TABLE, largeTable } from './cases.js';
import { type Agent, buildAgent } from './in-namespace.js';

let agent: Agent;
beforeAll(() => {
  agent = buildAgent();
});
afterAll(() => {
  agent.close();
});

const OK = { ok: true };
const good: NftRule = { matches: [{ match: 'dport', protocol: 'tcp', from: 80, to: 80 }], verdict: { verdict: 'accept' }, comment: '' };
const masquerade: NftRule = { matches: [], verdict: { verdict: 'masquerade', family: 4 }, comment: '' };
const jump = (chain: string): NftRule => ({ matches: [], verdict: { verdict: 'jump', chain }, comment: '' });

function table(...rules: readonly NftRule[]): NftTable {
  return {
    name: 'topo_t',
    comment: 'topo:t/rules',
    chains: [
      { name: 'in-1', hook: { type: 'filter', hook: 'input', priority: 0 }, rules },
      { name: 'more', rules: [] },
    ],
  };
}

const replace = (next: NftTable, commit = true) => ({ do: 'replace', table: next, commit }) as const;
const read = { do: 'read', name: 'topo_t' } as const;
const OLD = table(good);

describe('a check', () => {
  it('finds a good table good and leaves nothing behind', () => {
    expect(agent.run([replace(OLD, false), read, { do: 'list' }])).toEqual([OK, null, '']);
  });

  it('leaves the table of before', () => {
    expect(agent.run([replace(OLD), replace(CASE_TABLE, false), replace(table(), false), read])).toEqual([OK, OK, OK, desiredTable(OLD)]);
  });
});

const withChains = (...chains: NftTable['chains']): NftTable => ({ ...OLD, chains });
const jumpToMore = table(jump('more')).chains[0]!;

/** The rule, the errno, the beginning of the message. */
const SEEN_BY_CHECK: readonly (readonly [string, NftTable, string, string])[] = [
  ['a jump to nowhere', table(good, jump('nowhere'), good), 'ENOENT', 'rule 2 of chain in-1 in table topo_t (jump nowhere): '],
  [
    'translation before conntrack',
    withChains({ name: 'early', hook: { type: 'nat', hook: 'prerouting', priority: -300 }, rules: [] }),
    'EOPNOTSUPP',
    'chain early in table topo_t: ',
  ],
];
const SEEN_ON_COMMIT: typeof SEEN_BY_CHECK = [
  [
    'masquerade at the wrong hook',
    table(good, good, masquerade),
    'EOPNOTSUPP',
    'rule 3 of chain in-1 in table topo_t (meta nfproto ipv4 masquerade): ',
  ],
  [
    'a circle of jumps',
    withChains(jumpToMore, { name: 'more', rules: [good, jump('more')] }),
    'EMLINK',
    'rule 2 of chain more in table topo_t (jump more): ',
  ],
];

describe('a table that the kernel refuses', () => {
  it.each([...SEEN_BY_CHECK, ...SEEN_ON_COMMIT])('%s: the old rules stay, the message names the place', (_what, bad, errno, words) => {
    const [, refusal, after] = agent.run([replace(OLD), replace(bad), read]);
    expect(refusal).toEqual({ ok: false, errno, message: expect.stringContaining(words) });
    expect(after).toEqual(desiredTable(OLD));
  });

  it.each(SEEN_BY_CHECK)('%s: a check says the same and leaves no trace', (_what, bad, errno, words) => {
    const [refusal, after, listing] = agent.run([replace(bad, false), read, { do: 'list' }]);
    expect(refusal).toEqual({ ok: false, errno, message: expect.stringContaining(words) });
    expect([after, listing]).toEqual([null, '']);
  });
});

describe('a transaction', () => {
  it('takes a thousand rules at once', () => {
    const large = largeTable(1000);
    expect(agent.run([replace(large), { do: 'read', name: large.name }, replace(large)])).toEqual([OK, desiredTable(large), OK]);
  });

  it('takes as many without the rights of root as the send buffer holds, and says so of more', () => {
    // SO_SNDBUF is doubled by the kernel and bounded by this setting of the machine (socket(7)).
    const bytes = 2 * Number(readFileSync('/proc/sys/net/core/wmem_max', 'utf8'));
    const rule = encodeReplace(largeTable(1), true).messages.length;
    const [fits, exceeds] = [largeTable(Math.min(1000, Math.floor((bytes - 1024) / rule))), largeTable(Math.ceil((bytes / rule) * 1.7))];
    const [taken, seen, refused] = agent.run([replace(fits), { do: 'read', name: fits.name }, replace(exceeds)], true);
    expect([taken, seen]).toEqual([OK, desiredTable(fits)]);
    expect(refused).toEqual({ ok: false, errno: 'EMSGSIZE', message: expect.stringContaining('net.core.wmem_max') });
  });

  it('refused in a thousand places names the first, and the socket serves on', () => {
    const bad = table(...Array.from({ length: 1000 }, () => jump('nowhere')));
    for (const asUser of [false, true]) {
      const [refusal, , after] = agent.run([replace(bad), replace(OLD), read], asUser);
      expect(refusal).toEqual({ ok: false, errno: 'ENOENT', message: expect.stringContaining('rule 1 of chain in-1') });
      expect(after).toEqual(desiredTable(OLD));
    }
  });

  it('leaves no instant without rules', () => {
    const [seen] = agent.run([{ do: 'race', tables: [table(good), table(good, good)], rounds: 500 }]) as [Record<string, number>];
    const one = 'tcp dport 80 accept';
    expect(Object.keys(seen).sort()).toEqual([`${one} | `, `${one}; ${one} | `]);
  });

  it('replaces a dormant table by one that is awake', () => {
    const asleep = { do: 'nft', input: tableText(OLD).replace('{', '{\nflags dormant') } as const;
    expect(agent.run([asleep, replace(OLD), read])).toEqual([{ status: 0, stderr: '' }, OK, desiredTable(OLD)]);
  });

  it('deletes the table, and one that is not there', () => {
    expect(agent.run([replace(OLD), { do: 'delete', name: 'topo_t' }, read, { do: 'delete', name: 'topo_t' }, { do: 'list' }])).toEqual([
      OK,
      OK,
      null,
      OK,
      '',
    ]);
  });
});
