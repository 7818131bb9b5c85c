/** Chains of others that drop what the host itself takes or sends for a lab: neighbours of IPv6, packets of tunnels, what it asks nodes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

const LAB = `name: own
networks:
  front: { subnet: [10.61.0.0/24, 'fd61::/64'], bridge_name: br-front }
  lan: { subnet: 192.168.52.0/24, bridge_name: br-lan }
  app: { driver: vxlan, subnet: 10.62.0.0/24, underlay: lan, internal: true }
hosts: { h1: { networks: { lan: 192.168.52.11 } } }
nodes:
  a: { networks: { front: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }, ports: ['8080:80'] }
  here: { networks: { app: 10.62.0.2 } }
  there: { host: h1, networks: { app: 10.62.0.3 } }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all([world.serve('own.a', 80, 'a'), world.serve('outside', 80, 'lan')]);
});
/** What was dropped leaves neighbours that are thought to be away. */
const FORGET = 'ip -n own.a neigh flush all; ip neigh flush dev br-front';
const CLEAN = `for t in iptables ip6tables; do for v in nft legacy; do for c in INPUT OUTPUT FORWARD; do $t-$v -P $c ACCEPT; done; $t-$v -F; $t-$v -X; done; done
nft list tables | grep -v topo_ | while read t; do nft delete $t; done`;
afterEach(() => void world.must(`${CLEAN}; ${FORGET}`));
afterAll(() => world.dispose());

const told = (): string => world.topo(['plan']).stderr;
/** The commands of the hints. */
const help = (text: string): readonly string[] =>
  [...text.matchAll(/these let it pass: (.*)$/gm)].flatMap(([, commands = '']) => commands.split('; '));

const WAYS = [
  ['own.a', 'http://[fd99::1]', 'lan sees fd99::2'],
  ['outside', 'http://[fd99::2]:8080', 'a sees fd99::1'],
  ['own.here', 'ping 10.62.0.3', 'answer'],
  [null, 'http://10.61.0.2', 'a sees 10.61.0.1'],
  [null, 'http://127.0.0.1:8080', 'a sees 10.61.0.1'],
] as const;
const [OUT, IN, OVER, NODE, PORT] = [0, 1, 2, 3, 4];

/** Which of the ways are shut. */
async function shut(): Promise<readonly number[]> {
  world.must(FORGET);
  const results = await Promise.all(WAYS.map(([from, to]) => probe(world, from, to)));
  return WAYS.flatMap(([, , expected], i) => (results[i] === expected ? [] : [i]));
}

test('all passes', async () => expect(await shut()).toEqual([]));

interface Case {
  readonly name: string;
  /** Commands, one a line. */
  readonly rules: string;
  readonly shuts: readonly number[];
  readonly told: readonly string[];
  readonly help: readonly string[];
  /** What the commands of ufw and firewalld do to the rules; absent: they are run as they stand. */
  readonly does?: string;
}

const ESTABLISHED = '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
const NEIGHBOURS = 'the questions and answers by which the host and nodes find each other by IPv6 (ICMPv6) on networks.front (br-front)';
const TUNNEL = 'packets from host to host of networks.app (UDP port 4789 on br-lan)';
const OWN = 'what the host itself sends to nodes of networks.front (br-front)';

const CASES: readonly Case[] = [
  {
    name: 'ip6tables: the policy of INPUT',
    rules: `ip6tables-nft -P INPUT DROP
      ip6tables-nft -A INPUT ${ESTABLISHED}`,
    shuts: [OUT, IN],
    told: [`INPUT of the table ip6 filter (policy drop) drops ${NEIGHBOURS} [neighbours-dropped]`],
    help: [135, 136].map((type) => `ip6tables -I INPUT -i br-front -p icmpv6 --icmpv6-type ${type} -j ACCEPT`),
  },
  {
    name: 'ip6tables-legacy: the policy of OUTPUT',
    rules: `ip6tables-legacy -P OUTPUT DROP
      ip6tables-legacy -A OUTPUT ! -o br-front -j ACCEPT
      ip6tables-legacy -A OUTPUT ${ESTABLISHED}
      ip6tables-legacy -A OUTPUT -p tcp -m multiport --dports 79:81 -j ACCEPT
      ip6tables-legacy -N rest
      ip6tables-legacy -A OUTPUT -g rest
      ip6tables-legacy -A OUTPUT -j ACCEPT`,
    shuts: [OUT, IN],
    told: [
      `OUTPUT of the table ip6 filter of iptables-legacy (policy drop) drops ${NEIGHBOURS} [neighbours-dropped]`,
      `drops ${OWN} [output-dropped]`,
    ],
    help: [
      ...[135, 136].map((type) => `ip6tables-legacy -I OUTPUT -o br-front -p icmpv6 --icmpv6-type ${type} -j ACCEPT`),
      'ip6tables-legacy -I OUTPUT -d fd61::/64 -j ACCEPT',
    ],
  },
  {
    name: 'nft: a policy for both families',
    rules: `nft 'table inet fw { chain in { type filter hook input priority 0; policy drop; ct state { established, related } accept; iifname "lo" accept; meta l4proto icmp accept; tcp dport 22 accept; }; }'`,
    shuts: [OUT, IN, OVER],
    told: [
      `in of the table inet fw (policy drop) drops ${NEIGHBOURS} [neighbours-dropped]`,
      `in of the table inet fw (policy drop) drops ${TUNNEL} [tunnel-dropped]`,
    ],
    help: [
      'nft insert rule inet fw in iifname br-lan udp dport 4789 accept',
      ...[135, 136].map((type) => `nft insert rule inet fw in iifname br-front icmpv6 type ${type} accept`),
    ],
  },
  {
    name: 'iptables: the policy of OUTPUT, with what leaves by lo',
    rules: `iptables-nft -P OUTPUT DROP
      iptables-nft -A OUTPUT ${ESTABLISHED}
      iptables-nft -A OUTPUT -o lo -j ACCEPT
      iptables-nft -A OUTPUT -p udp -m owner --uid-owner 0 -j DROP`,
    shuts: [OVER, NODE],
    told: [
      `OUTPUT of the table ip filter (policy drop) drops ${TUNNEL} [tunnel-dropped]`,
      `(policy drop) drops ${OWN}, networks.lan (br-lan)`,
    ],
    help: [
      'iptables -I OUTPUT -o br-lan -p udp --dport 4789 -j ACCEPT',
      ...['10.61.0.0/24', '192.168.52.0/24', '10.62.0.0/24'].map((subnet) => `iptables -I OUTPUT -d ${subnet} -j ACCEPT`),
    ],
  },
  {
    name: 'nft: a port of the host before it is sent on, and the same behind it',
    rules: `nft 'table ip fw { chain early { type filter hook output priority mangle; tcp dport 8000-8100 drop; }; chain late { type filter hook output priority 0; ct status dnat drop; }; }'`,
    shuts: [PORT],
    told: [
      `early of the table ip fw (its rule tcp dport 8000-8100 drop) drops ${OWN} [output-dropped]`,
      `late of the table ip fw (its rule ct status dnat drop) drops ${OWN} [output-dropped]`,
    ],
    help: ['nft insert rule ip fw early oifname lo tcp dport 8080 accept', 'nft insert rule ip fw late ip daddr 10.61.0.0/24 accept'],
  },
  {
    name: 'ufw, which lets neighbours in',
    rules: `iptables-nft -P INPUT DROP
      ip6tables-nft -P INPUT DROP
      iptables-nft -N ufw-before-input
      iptables-nft -N ufw-user-input
      ip6tables-nft -N ufw6-before-input
      iptables-nft -A INPUT -j ufw-before-input
      ip6tables-nft -A INPUT -j ufw6-before-input
      iptables-nft -A ufw-before-input ${ESTABLISHED}
      iptables-nft -A ufw-before-input -j ufw-user-input
      ip6tables-nft -A ufw6-before-input ${ESTABLISHED}
      ip6tables-nft -A ufw6-before-input -p icmpv6 --icmpv6-type neighbor-solicitation -m hl --hl-eq 255 -j ACCEPT
      ip6tables-nft -A ufw6-before-input -p icmpv6 --icmpv6-type neighbor-advertisement -m hl --hl-eq 255 -j ACCEPT`,
    shuts: [OVER],
    told: [`INPUT of the table ip filter (policy drop) drops ${TUNNEL} [tunnel-dropped]`],
    help: ['ufw allow in on br-lan to any port 4789'],
    does: 'iptables-nft -A ufw-user-input -i br-lan -p udp --dport 4789 -j ACCEPT',
  },
  {
    name: 'firewalld',
    rules: `nft 'table inet firewalld { chain filter_INPUT { type filter hook input priority 10; ct state { established, related } accept; jump filter_INPUT_ZONES; reject with icmpx admin-prohibited; }; chain filter_INPUT_ZONES { meta l4proto { icmp, ipv6-icmp } accept; goto filter_IN_public; }; chain filter_IN_public { tcp dport 22 accept; reject with icmpx admin-prohibited; }; chain filter_IN_trusted { accept; }; }'`,
    shuts: [OVER],
    told: [`filter_INPUT of the table inet firewalld (the last rule of its chain filter_IN_public) drops ${TUNNEL} [tunnel-dropped]`],
    help: ['firewall-cmd --zone=trusted --add-interface=br-lan'],
    does: `nft 'insert rule inet firewalld filter_INPUT_ZONES iifname "br-lan" goto filter_IN_trusted'`,
  },
];

describe.each(CASES)('$name', ({ rules, shuts, told: texts, help: commands, does }) => {
  test('is named for what it drops, and for no more; what is said to help does', async () => {
    for (const line of rules.trim().split('\n')) world.must(line.trim());
    expect(await shut()).toEqual(shuts);
    const text = told();
    for (const one of texts) expect(text).toContain(one);
    expect(text.match(/warning:/g)).toHaveLength(texts.length);
    expect(help(text)).toEqual(commands);
    for (const one of does === undefined ? commands : [does]) world.must(one);
    expect(told()).toBe('');
    expect(await shut()).toEqual([]);
  });
});

test.each([
  [
    'iptables-legacy: neighbours by type and hop limit, tunnels among several ports',
    `ip6tables-legacy -P INPUT DROP
      ip6tables-legacy -A INPUT ${ESTABLISHED}
      ip6tables-legacy -A INPUT -p icmpv6 --icmpv6-type neighbor-solicitation -m hl --hl-eq 255 -j ACCEPT
      ip6tables-legacy -A INPUT -p icmpv6 --icmpv6-type neighbor-advertisement -m hl --hl-eq 255 -j ACCEPT
      iptables-legacy -P INPUT DROP
      iptables-legacy -A INPUT ${ESTABLISHED}
      iptables-legacy -A INPUT -p udp -m multiport --dports 500,4780:4790 -j ACCEPT`,
  ],
  [
    'nft: what is not of a connection, and the neighbours of the underlay',
    `nft 'table inet fw { chain in { type filter hook input priority 0; policy drop; ct state established,related,untracked accept; ip saddr 192.168.52.0/24 udp dport 4789 accept; }; }'`,
  ],
])('%s: nothing is told, and all passes', async (_name, rules) => {
  for (const line of rules.trim().split('\n')) world.must(line.trim());
  expect(told()).toBe('');
  expect(await shut()).toEqual([]);
});

test.each(['nft', 'legacy'])(
  'iptables-%s: who passes is not known where a module of iptables decides it, and is not claimed to be',
  async (by) => {
    world.must(`iptables-${by} -P INPUT DROP; iptables-${by} -A INPUT -m pkttype --pkt-type unicast -j ACCEPT`);
    expect(await shut()).toEqual([]);
    const text = told();
    expect(text).toMatch(
      /\(policy drop; whom the rule \[match pkttype\].* accept lets pass is not known\) may drop packets from host to host of networks\.app/,
    );
    world.must(help(text).join('; '));
    expect(told()).toBe('');
  },
);

test('of a simulated host: its own rules, by whatever program, and not those of the machine', async () => {
  world.must(
    'iptables-legacy -A INPUT -p udp --dport 4700:4800 -j ACCEPT; iptables-legacy -P INPUT DROP; ip netns exec own.h1 iptables-legacy -P OUTPUT DROP',
  );
  expect(await shut()).toEqual([OVER, NODE, PORT]);
  const text = told();
  expect(text).toContain(
    'warning: the chain OUTPUT of the table ip filter of iptables-legacy in own.h1 (policy drop) drops packets from host to host of networks.app (UDP port 4789 on eth0) [tunnel-dropped]',
  );
  expect(text.match(/warning:/g)).toHaveLength(2);
  const [, commands = ''] = /these let it pass, by ip netns exec own\.h1: (.*tunnel.*|.*4789.*)$/m.exec(text) ?? [];
  world.must(`ip netns exec own.h1 ${commands}; iptables-legacy -A INPUT ${ESTABLISHED}`);
  expect(await shut()).toEqual([]);
});
