/** Whatever is changed by hand is seen, and told in words. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { desiredTable } from '../../../src/model/nft/canonical.js';
import type { NftTableObservation } from '../../../src/model/observation.js';
import type { NftTable } from '../../../src/model/operation.js';
import { type Agent, buildAgent } from './in-namespace.js';

let agent: Agent;
beforeAll(() => {
  agent = buildAgent();
});
afterAll(() => {
  agent.close();
});

const TABLE: NftTable = {
  name: 'topo_edit',
  comment: 'topo:edit/rules',
  maps: [
    {
      name: 'map-1',
      elements: [
        { interface: 'br0', chain: 'more' },
        { interface: 'br1', chain: 'more' },
      ],
    },
  ],
  chains: [
    {
      name: 'fwd-1',
      hook: { type: 'filter', hook: 'forward', priority: 0 },
      rules: [
        {
          matches: [
            { match: 'iifname', negate: false, name: 'br0' },
            { match: 'dport', protocol: 'tcp', from: 80, to: 80 },
          ],
          verdict: { verdict: 'accept' },
          comment: 'one',
        },
        { matches: [{ match: 'saddr', negate: false, prefix: '10.0.0.0/24' }], verdict: { verdict: 'jump', chain: 'more' }, comment: '' },
        { matches: [], verdict: { verdict: 'drop' }, comment: '' },
      ],
    },
    {
      name: 'more',
      rules: [{ matches: [{ match: 'dport', protocol: 'udp', from: 53, to: 60 }], verdict: { verdict: 'return' }, comment: '' }],
    },
  ],
};
const T = 'inet topo_edit';
const FIRST = `rule ${T} fwd-1 handle $first`;

/** Handles are the kernel's: the map has 1, the chains 2 and 3, the rules of `fwd-1` 4, 5 and 6, that of `more` 7. */
const ADDED: readonly (readonly [string, string])[] = [
  [`add rule ${T} more tcp dport 22 accept`, 'tcp dport 22 accept'],
  [`insert rule ${T} fwd-1 ip saddr 10.0.0.1 drop`, 'ip saddr 10.0.0.1 drop'],
  [`add rule ${T} more counter`, 'counter'],
  [`add rule ${T} more ip saddr 10.9.0.0/16 counter log prefix "x " drop`, 'ip saddr 10.9.0.0/16 counter log prefix "x " drop'],
  [`add rule ${T} more limit rate 10/second accept`, 'limit rate 10/second accept'],
  [`add rule ${T} more tcp dport { 22, 23 } accept`, 'tcp dport @__set0 accept'],
  [`add rule ${T} more tcp dport != 1-5 reject`, 'tcp dport != 1-5 reject'],
  [`add rule ${T} more meta mark 0x10 accept`, 'meta mark 0x10 accept'],
  [`add rule ${T} more ct state invalid drop`, 'ct state invalid drop'],
  [`add rule ${T} more ip protocol icmp accept`, 'ip protocol icmp accept'],
  [`add rule ${T} more icmp type 8 accept`, 'meta nfproto ipv4 icmp type 8 accept'],
  [`add rule ${T} more udp sport 53 accept`, 'udp sport 53 accept'],
  [`add rule ${T} more ip6 saddr fd00::1 goto other`, 'ip6 saddr fd00::1 goto other'],
  [`add rule ${T} more iifname "eth*" accept`, 'iifname "eth*" accept'],
  [`add rule ${T} more ip ttl 5 accept`, 'meta nfproto ipv4 @nh,64,8 0x05 accept'],
  [`add rule ${T} more meta mark set 5`, 'meta mark set 0x05000000'],
  [`add rule ${T} more numgen inc mod 2 1 accept`, '[numgen] [cmp 0x01000000] accept'],
];

const CHANGED: readonly string[] = [
  `delete ${FIRST}`,
  `replace ${FIRST} iifname "br0" tcp dport 80 drop comment "one"`,
  `replace ${FIRST} iifname != "br0" tcp dport 80 accept comment "one"`,
  `replace ${FIRST} iifname "br1" tcp dport 80 accept comment "one"`,
  `replace ${FIRST} iifname "br0*" tcp dport 80 accept comment "one"`,
  `replace ${FIRST} iifname "br0" tcp dport 81 accept comment "one"`,
  `replace ${FIRST} iifname "br0" tcp dport 80-81 accept comment "one"`,
  `replace ${FIRST} iifname "br0" tcp sport 80 accept comment "one"`,
  `replace ${FIRST} iifname "br0" udp dport 80 accept comment "one"`,
  `replace ${FIRST} tcp dport 80 iifname "br0" accept comment "one"`,
  `replace ${FIRST} iifname "br0" tcp dport 80 accept comment "two"`,
  `replace ${FIRST} iifname "br0" tcp dport 80 accept`,
  `replace ${FIRST} iifname "br0" tcp dport 80 counter accept comment "one"`,
  `replace ${FIRST} iifname "br0" tcp dport 80 jump more comment "one"`,
  `replace ${FIRST} iifname "br0" tcp dport 80 goto more comment "one"`,
  `replace rule ${T} fwd-1 handle $second ip saddr 10.0.0.0/25 jump more`,
  `replace rule ${T} fwd-1 handle $second ip daddr 10.0.0.0/24 jump more`,
  `replace rule ${T} fwd-1 handle $second ip saddr 10.0.1.0/24 jump more`,
  `replace rule ${T} fwd-1 handle $second ip saddr 10.0.0.0 jump more`,
  `delete ${FIRST}; add rule ${T} fwd-1 iifname "br0" tcp dport 80 accept comment "one"`,
  `delete rule ${T} fwd-1 handle $third; insert rule ${T} fwd-1 drop`,
  `flush table ${T}`,
  `add element ${T} map-1 { "br2" : jump more }`,
  `delete element ${T} map-1 { "br0" }`,
  `delete element ${T} map-1 { "br0" }; add element ${T} map-1 { "br0" : goto more }`,
  `delete element ${T} map-1 { "br0" }; add element ${T} map-1 { "br0" : drop }`,
  `delete element ${T} map-1 { "br0" }; add element ${T} map-1 { "br0" comment "mine" : jump more }`,
  `flush map ${T} map-1`,
  `flush map ${T} map-1; delete map ${T} map-1`,
  `add map ${T} map-2 { type ifname : verdict; }`,
  `add map ${T} map-2 { type ifname : verdict; flags interval; }`,
  `add chain ${T} fwd-1 { policy drop; }`,
  `add chain ${T} added`,
  `add chain ${T} added { type filter hook input priority 0; }`,
  `add set ${T} s { type ipv4_addr; }`,
  `add map ${T} m { type ipv4_addr : verdict; }`,
  `add counter ${T} c`,
  `add table ${T} { flags dormant; }`,
  `delete table ${T}`,
  `delete table ${T}; add table ${T} { comment "topo:edit/rules"; }`,
  `flush map ${T} map-1; flush chain ${T} more; flush chain ${T} fwd-1; delete chain ${T} more`,
];

const REMADE: readonly (readonly [string, string])[] = [
  ['priority', 'type filter hook forward priority 1; policy accept;'],
  ['hook', 'type filter hook input priority 0; policy accept;'],
  ['type', 'type nat hook output priority 0; policy accept;'],
  ['comment', 'type filter hook forward priority 0; policy accept; comment "mine";'],
];

const load = { do: 'replace', table: TABLE, commit: true } as const;
const read = { do: 'read', name: TABLE.name } as const;
const nft = (input: string) => ({ do: 'nft', input: `${input.replaceAll('; ', '\n')}\n` }) as const;
const HANDLES = { $first: '4', $second: '5', $third: '6' };
const withHandles = (command: string): string => command.replace(/\$\w+/g, (name) => HANDLES[name as keyof typeof HANDLES]);
const ACCEPTED = { status: 0, stderr: '' };

/** What the planner compares. */
const deciding = (table: NftTableObservation | null): unknown =>
  table && [
    table.comment,
    table.other,
    table.maps,
    table.chains.map(({ name, hook, rules }) => [name, hook, rules.map(({ code }) => code)]),
  ];

/** A new table has its handles from 1 on again, so that all edits can follow each other in one namespace. */
const addedSteps = ADDED.flatMap(([command]) => [load, nft(`add chain ${T} other`), nft(command), read]);
const changedSteps = CHANGED.flatMap((command) => [load, nft(withHandles(command)), read, load, read]);
let results: unknown[];
beforeAll(() => {
  results = agent.run([...addedSteps, ...changedSteps]);
});

describe('a rule added by hand', () => {
  it.each(ADDED.map(([command, text], i) => [command, text, i * 4] as const))('%s is told as %s', (_command, text, at) => {
    const [, made, accepted, table] = results.slice(at, at + 4) as [unknown, unknown, unknown, NftTableObservation];
    expect([made, accepted]).toEqual([ACCEPTED, ACCEPTED]);
    expect(table.chains.flatMap(({ rules }) => rules.map((rule) => rule.text))).toContain(text);
    expect(deciding(table)).not.toEqual(deciding(desiredTable(TABLE)));
  });
});

describe('an edit by hand', () => {
  it.each(CHANGED.map((command, i) => [command, addedSteps.length + i * 5] as const))('%s is seen, and mended', (_command, at) => {
    const [, accepted, table, mended, after] = results.slice(at, at + 5) as [
      unknown,
      unknown,
      NftTableObservation | null,
      unknown,
      unknown,
    ];
    expect(accepted).toEqual(ACCEPTED);
    expect(deciding(table)).not.toEqual(deciding(desiredTable(TABLE)));
    expect([mended, after]).toEqual([{ ok: true }, desiredTable(TABLE)]);
  });

  it.each(REMADE)('another %s of a chain is seen', (_what, declaration) => {
    const made = `table ${T} {\ncomment "topo:edit/rules"\nchain fwd-1 {\n${declaration}\n}\n}`;
    const [accepted, table] = agent.run([{ do: 'nft', input: made }, read]) as [unknown, NftTableObservation];
    expect(accepted).toEqual(ACCEPTED);
    expect(table.chains[0]?.hook).toBe(declaration);
  });

  it('is not imagined: counters of traffic, handles and rules of other tables make no difference', () => {
    const other = nft(
      'add table inet other; add chain inet other fwd-1; add rule inet other fwd-1 drop; add set inet other s { type ipv4_addr; }',
    );
    expect(agent.run([load, load, other, read])).toEqual([{ ok: true }, { ok: true }, ACCEPTED, desiredTable(TABLE)]);
  });
});
