/** Rules with the text that `nft list` gives for them, chain by chain as the kernel takes them. */
import type { NftChain, NftMatch, NftRule, NftTable, NftVerdict } from '../../../src/model/operation.js';

const ACCEPT: NftVerdict = { verdict: 'accept' };
const DROP: NftVerdict = { verdict: 'drop' };

const rule = (matches: readonly NftMatch[], verdict: NftVerdict, comment = ''): NftRule => ({ matches, verdict, comment });
const saddr = (prefix: string, negate = false): NftMatch => ({ match: 'saddr', negate, prefix });
const daddr = (prefix: string, negate = false): NftMatch => ({ match: 'daddr', negate, prefix });
const iif = (name: string, negate = false): NftMatch => ({ match: 'iifname', negate, name });
const oif = (name: string, negate = false): NftMatch => ({ match: 'oifname', negate, name });
const tcp = (from: number, to = from): NftMatch => ({ match: 'dport', protocol: 'tcp', from, to });
const udp = (from: number, to = from): NftMatch => ({ match: 'dport', protocol: 'udp', from, to });
const local = (side: 'saddr' | 'daddr'): NftMatch => ({ match: 'fib-local', side });
const nfproto = (family: 4 | 6): NftMatch => ({ match: 'nfproto', family });
const ESTABLISHED: NftMatch = { match: 'ct-state-established-related' };
const TRANSLATED: NftMatch = { match: 'ct-status-dnat' };
const dnat = (address: string, port?: number): NftVerdict => ({ verdict: 'dnat', address, ...(port === undefined ? {} : { port }) });

type Case = readonly [NftRule, string];

const FILTER: readonly Case[] = [
  [rule([], ACCEPT), 'accept'],
  [rule([], { verdict: 'return' }), 'return'],
  [rule([], { verdict: 'jump', chain: 'ports-in' }), 'jump ports-in'],
  [rule([iif('br0')], DROP, 'a comment, with: all [of] it'), 'iifname "br0" drop comment "a comment, with: all [of] it"'],
  [rule([iif('abcdefghijklmno', true)], DROP), 'iifname != "abcdefghijklmno" drop'],
  [rule([oif('eth0.100'), iif('lo', true)], ACCEPT), 'oifname "eth0.100" iifname != "lo" accept'],
  [rule([saddr('10.0.0.1')], DROP), 'ip saddr 10.0.0.1 drop'],
  [rule([saddr('10.0.0.1/32')], DROP), 'ip saddr 10.0.0.1 drop'],
  [rule([daddr('10.0.0.0/8')], DROP), 'ip daddr 10.0.0.0/8 drop'],
  [rule([daddr('10.1.2.3/16', true)], DROP), 'ip daddr != 10.1.0.0/16 drop'],
  [rule([daddr('10.1.2.0/24')], DROP), 'ip daddr 10.1.2.0/24 drop'],
  [rule([saddr('10.1.2.0/25', true)], DROP), 'ip saddr != 10.1.2.0/25 drop'],
  [rule([saddr('128.0.0.0/1')], DROP), 'ip saddr 128.0.0.0/1 drop'],
  [rule([saddr('10.1.2.2/31')], DROP), 'ip saddr 10.1.2.2/31 drop'],
  [rule([daddr('fd00::1')], DROP), 'ip6 daddr fd00::1 drop'],
  [rule([saddr('fd00::/64', true)], DROP), 'ip6 saddr != fd00::/64 drop'],
  [rule([saddr('fe80::/10', true)], DROP), 'ip6 saddr != fe80::/10 drop'],
  [rule([daddr('FD00:0::0:0/61')], DROP), 'ip6 daddr fd00::/61 drop'],
  [rule([daddr('fd00::1:0/127')], DROP), 'ip6 daddr fd00::1:0/127 drop'],
  [rule([saddr('10.0.0.1'), daddr('10.0.0.2'), tcp(80)], ACCEPT), 'ip saddr 10.0.0.1 ip daddr 10.0.0.2 tcp dport 80 accept'],
  [rule([daddr('10.0.0.1'), iif('a'), saddr('10.0.0.0/24')], ACCEPT), 'ip daddr 10.0.0.1 iifname "a" ip saddr 10.0.0.0/24 accept'],
  [rule([tcp(65535)], ACCEPT), 'tcp dport 65535 accept'],
  [rule([udp(53, 54)], ACCEPT), 'udp dport 53-54 accept'],
  [rule([udp(0, 65535), udp(53)], ACCEPT), 'udp dport 0-65535 udp dport 53 accept'],
  [rule([tcp(80), daddr('fd00::1'), tcp(80, 90)], ACCEPT), 'tcp dport 80 ip6 daddr fd00::1 tcp dport 80-90 accept'],
  [rule([local('daddr'), local('saddr')], ACCEPT), 'fib daddr type local fib saddr type local accept'],
  [rule([daddr('127.0.0.0/8', true), local('daddr')], ACCEPT), 'ip daddr != 127.0.0.0/8 fib daddr type local accept'],
  [rule([nfproto(4)], ACCEPT), 'meta nfproto ipv4 accept'],
  [rule([nfproto(6), iif('a'), daddr('fd00::1')], ACCEPT), 'iifname "a" ip6 daddr fd00::1 accept'],
  [rule([nfproto(4), daddr('10.0.0.1'), nfproto(4)], ACCEPT), 'ip daddr 10.0.0.1 accept'],
  [rule([ESTABLISHED, oif('b')], ACCEPT), 'ct state established,related oifname "b" accept'],
  [rule([TRANSLATED], ACCEPT), 'ct status dnat accept'],
  [rule([], { verdict: 'vmap', key: 'oifname', map: 'map-to' }), 'oifname vmap @map-to'],
  [rule([udp(53)], { verdict: 'vmap-saddr', family: 4, map: 'senders-4' }), 'udp dport 53 ip saddr vmap @senders-4'],
  [rule([iif('a')], { verdict: 'vmap-saddr', family: 6, map: 'senders-6' }), 'iifname "a" ip6 saddr vmap @senders-6'],
  [
    rule([ESTABLISHED], { verdict: 'vmap', key: 'iifname', map: 'map-from' }, 'x'),
    'ct state established,related iifname vmap @map-from comment "x"',
  ],
];

const PREROUTING: readonly Case[] = [
  [
    rule([tcp(8088)], dnat('172.8.0.8', 8000), 'nodes.web.ports[0]'),
    'tcp dport 8088 dnat ip to 172.8.0.8:8000 comment "nodes.web.ports[0]"',
  ],
  [rule([udp(53)], dnat('fd00::8', 53)), 'udp dport 53 dnat ip6 to [fd00::8]:53'],
  [rule([tcp(9000, 9002)], dnat('172.8.0.8')), 'tcp dport 9000-9002 dnat ip to 172.8.0.8'],
  [
    rule([iif('br0', true), daddr('fd00::2'), tcp(80)], dnat('fd00::8')),
    'iifname != "br0" ip6 daddr fd00::2 tcp dport 80 dnat ip6 to fd00::8',
  ],
];

const POSTROUTING: readonly Case[] = [
  [rule([], { verdict: 'masquerade', family: 4 }), 'meta nfproto ipv4 masquerade'],
  [rule([nfproto(6)], { verdict: 'masquerade', family: 6 }), 'meta nfproto ipv6 masquerade'],
  [
    rule([saddr('172.8.0.0/16'), oif('br0', true)], { verdict: 'masquerade', family: 4 }),
    'ip saddr 172.8.0.0/16 oifname != "br0" masquerade',
  ],
  [rule([oif('eth0')], { verdict: 'snat', address: '10.0.0.1' }), 'oifname "eth0" snat ip to 10.0.0.1'],
  [rule([daddr('fd00::/8')], { verdict: 'snat', address: 'fd00::1' }), 'ip6 daddr fd00::/8 snat ip6 to fd00::1'],
];

export const CASES: readonly Case[] = [...FILTER, ...PREROUTING, ...POSTROUTING];

const chain = (name: string, hook: NftChain['hook'], cases: readonly Case[]): NftChain => ({
  name,
  ...(hook === undefined ? {} : { hook }),
  rules: cases.map(([one]) => one),
});

/** All cases in one table, with a chain that is jumped to before it is defined. */
export const CASE_TABLE: NftTable = {
  name: 'topo_cases',
  comment: 'topo:cases/rules',
  maps: [
    {
      name: 'map-to',
      elements: [
        { interface: 'br1', chain: 'ports-in' },
        { interface: 'abcdefghijklmno', chain: 'other-in' },
        { interface: 'br0', chain: 'ports-in' },
      ],
    },
    { name: 'map-from', elements: [] },
    { name: 'senders-4', family: 4, elements: [{ address: '10.0.0.9' }, { address: '10.0.0.10', chain: 'ports-in' }] },
    { name: 'senders-6', family: 6, elements: [{ address: 'fd00::10', chain: 'other-in' }, { address: 'FD00:0::9' }] },
  ],
  chains: [
    chain('filter-forward', { type: 'filter', hook: 'forward', priority: 0 }, FILTER),
    chain('nat-prerouting', { type: 'nat', hook: 'prerouting', priority: -100 }, PREROUTING),
    chain('nat-postrouting', { type: 'nat', hook: 'postrouting', priority: 100 }, POSTROUTING),
    chain('ports-in', undefined, []),
    chain('other-in', undefined, []),
  ],
};

/** As many rules as asked for, of the kinds that published ports need. */
export function largeTable(rules: number): NftTable {
  const ports = Array.from({ length: rules }, (_, i) =>
    rule([iif('br-demo', true), daddr('10.0.0.1'), tcp(1024 + i)], dnat(`172.8.${i >> 8}.${i & 255}`, 80), `nodes.n${i}.ports[0]`),
  );
  return {
    name: 'topo_large',
    comment: 'topo:large/rules',
    chains: [{ name: 'nat-pre', hook: { type: 'nat', hook: 'prerouting', priority: -100 }, rules: ports }],
  };
}
