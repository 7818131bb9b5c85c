/** Chains of others that drop what the host forwards for a lab: named by plan and apply, with the rules that help; never touched. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PlanDocument } from '../../../src/report/plan-json.js';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

const BRIDGE = 'br-front';
const LAB = `name: foreign
networks:
  front: { subnet: [10.61.0.0/24, 'fd61::/64'], bridge_name: ${BRIDGE} }
nodes:
  a: { networks: { front: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }, ports: ['8080:80'] }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all([world.serve('foreign.a', 80, 'a'), world.serve('outside', 80, 'lan')]);
});
afterAll(() => world.dispose());

const LEGACY = ['iptables-legacy', 'ip6tables-legacy'].map((by) => `${by} -P FORWARD ACCEPT; ${by} -F; ${by} -X; `).join('');
const CLEAN =
  LEGACY +
  'iptables-nft -P FORWARD ACCEPT; ip6tables-nft -P FORWARD ACCEPT; nft list tables | grep -v topo_ | while read t; do nft delete $t; done';
const NFT = (declaration: string, rules = ''): string =>
  `nft 'table inet fw { chain mine { type filter hook forward priority ${declaration}; ${rules}\n }\n }'`;

/** As ufw 0.36 has it: its commands write into ufw-user-forward. */
const UFW = [
  'iptables-nft -P FORWARD DROP',
  ...['ufw-before-forward', 'ufw-user-forward'].map((chain) => `iptables-nft -N ${chain}`),
  'iptables-nft -A FORWARD -j ufw-before-forward',
  'iptables-nft -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  'iptables-nft -A ufw-before-forward -p icmp --icmp-type 8 -j ACCEPT',
  'iptables-nft -A ufw-before-forward -j ufw-user-forward',
].join('; ');

/** As firewalld 1.3 has it; the zone `trusted` comes with its first interface. */
const FIREWALLD = `nft 'table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    jump filter_FORWARD_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_FORWARD_ZONES { goto filter_FWD_public; }
  chain filter_FWD_public { reject with icmpx admin-prohibited; }
}'`;
const TRUSTED = `nft 'add chain inet firewalld filter_FWD_trusted; add rule inet firewalld filter_FWD_trusted accept; insert rule inet firewalld filter_FORWARD_ZONES iifname "${BRIDGE}" goto filter_FWD_trusted'`;

interface Case {
  readonly name: string;
  readonly by: string;
  readonly chain: string;
  /** Of the hint. */
  readonly help: readonly string[];
  /** What those commands do to the rules, of programs that are not here; absent: they are run as they stand. */
  readonly does?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'iptables with policy DROP',
    by: 'iptables-nft -P FORWARD DROP',
    chain: 'chain FORWARD of the table ip filter (policy drop)',
    help: [`iptables -I FORWARD -i ${BRIDGE} -j ACCEPT`, `iptables -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'ip6tables with policy DROP',
    by: 'ip6tables-nft -P FORWARD DROP',
    chain: 'chain FORWARD of the table ip6 filter (policy drop)',
    help: [`ip6tables -I FORWARD -i ${BRIDGE} -j ACCEPT`, `ip6tables -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'Docker’s, which has a chain for it',
    by: 'iptables-nft -P FORWARD DROP; iptables-nft -N DOCKER-USER; iptables-nft -A DOCKER-USER -j RETURN; iptables-nft -I FORWARD -j DOCKER-USER',
    chain: 'chain FORWARD of the table ip filter (policy drop)',
    help: [`iptables -I DOCKER-USER -i ${BRIDGE} -j ACCEPT`, `iptables -I DOCKER-USER -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'iptables that rejects the rest',
    by: 'iptables-nft -A FORWARD -i eth7 -j ACCEPT; iptables-nft -A FORWARD -j REJECT --reject-with icmp-host-prohibited',
    chain: 'chain FORWARD of the table ip filter (its last rule)',
    help: [`iptables -I FORWARD -i ${BRIDGE} -j ACCEPT`, `iptables -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'nftables that drops the rest in a chain that all are sent to',
    by: `nft 'table inet fw { chain rest { tcp dport 22 accept; counter drop; }; chain mine { type filter hook forward priority 0; policy accept; jump rest; }; }'`,
    chain: 'chain mine of the table inet fw (the last rule of its chain rest)',
    help: [`nft insert rule inet fw mine iifname ${BRIDGE} accept`, `nft insert rule inet fw mine oifname ${BRIDGE} accept`],
  },
  {
    name: 'only one direction',
    by: `iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i ${BRIDGE} -j ACCEPT`,
    chain: 'chain FORWARD of the table ip filter (policy drop)',
    help: [`iptables -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'nftables with policy drop',
    by: NFT('0; policy drop', 'ct state established,related accept; iifname "eth7" accept'),
    chain: 'chain mine of the table inet fw (policy drop)',
    help: [`nft insert rule inet fw mine iifname ${BRIDGE} accept`, `nft insert rule inet fw mine oifname ${BRIDGE} accept`],
  },
  {
    name: 'nftables that drops the rest, after topo',
    by: NFT('10; policy accept', 'tcp dport 22 accept; counter drop'),
    chain: 'chain mine of the table inet fw (its last rule)',
    help: [`nft insert rule inet fw mine iifname ${BRIDGE} accept`, `nft insert rule inet fw mine oifname ${BRIDGE} accept`],
  },
  {
    name: 'iptables-legacy with policy DROP',
    by: 'iptables-legacy -A FORWARD -i eth7 -j ACCEPT; iptables-legacy -P FORWARD DROP',
    chain: 'chain FORWARD of the table ip filter of iptables-legacy (policy drop)',
    help: [`iptables-legacy -I FORWARD -i ${BRIDGE} -j ACCEPT`, `iptables-legacy -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'ip6tables-legacy with policy DROP',
    by: 'ip6tables-legacy -P FORWARD DROP',
    chain: 'chain FORWARD of the table ip6 filter of iptables-legacy (policy drop)',
    help: [`ip6tables-legacy -I FORWARD -i ${BRIDGE} -j ACCEPT`, `ip6tables-legacy -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'Docker’s by iptables-legacy, one direction open',
    by: `iptables-legacy -P FORWARD DROP; iptables-legacy -N DOCKER-USER; iptables-legacy -A DOCKER-USER -p icmp -j ACCEPT; iptables-legacy -A DOCKER-USER -i ${BRIDGE.slice(0, 5)}+ -j ACCEPT; iptables-legacy -A DOCKER-USER -j RETURN; iptables-legacy -I FORWARD -j DOCKER-USER`,
    chain: 'chain FORWARD of the table ip filter of iptables-legacy (policy drop)',
    help: [`iptables-legacy -I DOCKER-USER -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'iptables-legacy that rejects the rest',
    by: 'iptables-legacy -A FORWARD -s 10.0.0.0/8 -i br-front -j LOG; iptables-legacy -A FORWARD -j REJECT',
    chain: 'chain FORWARD of the table ip filter of iptables-legacy (its last rule)',
    help: [`iptables-legacy -I FORWARD -i ${BRIDGE} -j ACCEPT`, `iptables-legacy -I FORWARD -o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'ufw',
    by: UFW,
    chain: 'chain FORWARD of the table ip filter (policy drop)',
    help: [`ufw route allow in on ${BRIDGE}`, `ufw route allow out on ${BRIDGE}`],
    does: `iptables-nft -A ufw-user-forward -i ${BRIDGE} -j ACCEPT; iptables-nft -A ufw-user-forward -o ${BRIDGE} -j ACCEPT`,
  },
  {
    name: 'firewalld',
    by: FIREWALLD,
    chain: 'chain filter_FORWARD of the table inet firewalld (the last rule of its chain filter_FWD_public)',
    help: [`firewall-cmd --zone=trusted --add-interface=${BRIDGE}`],
    does: TRUSTED,
  },
];

/** Counters of rules go on by themselves. */
const machine = (): string =>
  world
    .must('nft list ruleset; iptables-legacy-save; ip6tables-legacy-save; ip -4 route; ip -br addr show br-front')
    .replace(/packets \d+ bytes \d+|\[\d+:\d+\]|^#.*$/gm, '');

const passing = (): Promise<readonly string[]> =>
  Promise.all(
    [
      ['foreign.a', 'http://10.99.0.1'],
      ['foreign.a', 'http://[fd99::1]'],
      ['outside', 'http://10.99.0.2:8080'],
      ['outside', 'http://[fd99::2]:8080'],
    ].map(([from = '', to = '']) => probe(world, from, to)),
  );
const ALL = ['lan sees 10.99.0.2', 'lan sees fd99::2', 'a sees 10.99.0.1', 'a sees fd99::1'];

describe.each(CASES)('$name', ({ by, chain, help, does }) => {
  test('is told by plan and apply, in text and as JSON, and nothing of it is changed', () => {
    world.must(by);
    const before = machine();
    for (const command of [['plan'], ['apply', '--yes']]) {
      const { status, stderr } = world.topo(command);
      expect(status).toBe(0);
      expect(stderr).toMatch(/topo\.yaml:3:\d+: warning: .*\[forwarding-dropped\]/);
      expect(stderr).toContain(`the ${chain} drops what the host forwards for networks.front`);
      expect(stderr).toContain(`these let it pass: ${help.join('; ')}\n`);
    }
    const { warnings } = JSON.parse(world.mustTopo('plan', '--json')) as PlanDocument;
    expect(warnings).toMatchObject([{ code: 'forwarding-dropped', severity: 'warning', line: 3 }]);
    expect(world.topo(['plan', '--quiet']).stderr).toBe('');
    expect(machine()).toBe(before);
  });

  test('is there no more once the rules are', async () => {
    expect(await passing()).not.toEqual(ALL);
    world.must(does ?? help.join(' && '));
    expect(world.topo(['plan']).stderr).toBe('');
    expect(await passing()).toEqual(ALL);
    world.must(CLEAN);
    expect(world.topo(['plan']).stderr).toBe('');
  });
});

test.each([
  ['a policy that accepts', 'iptables-nft -P FORWARD DROP; iptables-nft -P FORWARD ACCEPT'],
  [
    'rules for all bridges',
    'iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i br-+ -j ACCEPT; iptables-nft -A FORWARD -o br-+ -j ACCEPT',
  ],
  ['a policy of iptables-legacy that accepts', 'iptables-legacy -P FORWARD DROP; iptables-legacy -P FORWARD ACCEPT'],
  [
    'rules of iptables-legacy for all bridges, in a chain that is jumped to',
    'iptables-legacy -P FORWARD DROP; iptables-legacy -N more; iptables-legacy -A more -i br-+ -j ACCEPT; iptables-legacy -A more -o br-+ -j ACCEPT; iptables-legacy -A FORWARD -j more',
  ],
  ['a rule of iptables-legacy that takes all', 'iptables-legacy -P FORWARD DROP; iptables-legacy -A FORWARD -j ACCEPT'],
  ['a chain of iptables-legacy at another hook', 'iptables-legacy -P INPUT DROP; iptables-legacy -A INPUT -j ACCEPT'],
  ['a rule that takes all', 'iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -j ACCEPT'],
  [
    'a chain that is jumped to and takes all',
    NFT('0; policy drop', 'jump more').replace('chain mine', 'chain more { accept; }; chain mine'),
  ],
  [
    'a chain that all are sent to, and that some come back from',
    `nft 'table inet fw { chain local { fib daddr type local return; drop; }; chain mine { type filter hook forward priority 0; iifname "br-front" accept; oifname "br-front" accept; jump local; }; }'`,
  ],
  [
    'a chain at another hook',
    `nft 'table inet fw { chain in { type filter hook input priority 0; policy drop; iif lo accept; icmpv6 type 135-136 accept; }; }'`,
  ],
])('nothing is told of %s', (_what, by) => {
  world.must(by);
  expect(world.topo(['plan']).stderr).toBe('');
  world.must(CLEAN);
});

test('nothing is told to a lab that the host does not forward for, whose nodes have no neighbours, and only of families that it has', () => {
  world.must(`${NFT('0; policy drop')}; ip6tables-nft -P FORWARD DROP`);
  const inner =
    'networks: { n: { subnet: 10.66.0.0/24, internal: true }, q: { subnet: 10.67.0.0/24, gateway: none }, n2: { subnet: 10.68.0.0/24, gateway: none } }';
  expect(
    world.topo(['plan', world.file('inner.yaml', `name: inner\n${inner}\nnodes: { x: { networks: [n, q] }, y: { networks: [n2] } }\n`)])
      .stderr,
  ).toBe('');
  const { stderr } = world.topo(['plan', world.file('four.yaml', 'name: four\nnetworks: { n: { subnet: 10.66.0.0/24 } }\n')]);
  expect(stderr.match(/forwarding-dropped/g)).toHaveLength(1);
  expect(stderr).toContain('inet fw');
  world.must(CLEAN);
});
