/** Chains of others that drop what passes within a network (with br_netfilter), or what nodes ask its DNS server. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

const LAB = `name: inside
networks:
  closed: { subnet: [10.61.0.0/24, 'fd61::/64'], internal: true, bridge_name: br-i }
  alone: { subnet: 10.62.0.0/24, gateway: none, bridge_name: br-q }
  routed: { subnet: 10.63.0.0/24, gateway: beta, bridge_name: br-r }
  named: { subnet: [10.64.0.0/24, 'fd64::/64'], internal: true, dns: server, bridge_name: br-d }
  named2: { subnet: 10.65.0.0/24, internal: true, dns: server, bridge_name: br-e }
  one: { subnet: 10.66.0.0/24, internal: true, bridge_name: br-1 }
nodes:
  alpha:
    networks:
      closed: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' }
      alone: 10.62.0.2
      routed: 10.63.0.2
      named: { ipv4_address: 10.64.0.2, ipv6_address: 'fd64::2' }
      one: 10.66.0.2
  beta:
    networks:
      closed: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' }
      alone: 10.62.0.3
      routed: 10.63.0.3
      named: { ipv4_address: 10.64.0.3, ipv6_address: 'fd64::3' }
      named2: 10.65.0.3
    forwarding: true
`;

let world: World;
let viewPort: string;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  viewPort = /:(\d\d\d\d\d)\s/.exec(world.must("ss -lunH 'src 10.65.0.1'"))?.[1] ?? '';
});
/** What was dropped leaves neighbours that are thought to be away. */
const FORGET = 'for n in alpha beta; do ip -n inside.$n neigh flush all; done';
afterEach(() => void world.must(`${CLEAN}; ${FORGET}`));
afterAll(() => world.dispose());

const handOn = (value: number): string =>
  world.must(`sysctl -qw net.bridge.bridge-nf-call-iptables=${value} net.bridge.bridge-nf-call-ip6tables=${value}`);
const CLEAN = `for t in iptables ip6tables; do for v in nft legacy; do $t-$v -P FORWARD ACCEPT; $t-$v -P INPUT ACCEPT; $t-$v -F; $t-$v -X; done; done
nft list tables | grep -v topo_ | while read t; do nft delete $t; done`;

const told = (): string => world.topo(['plan']).stderr;
/** The commands of the hints, one after the other. */
const help = (text: string): readonly string[] =>
  [...text.matchAll(/these let it pass: (.*)$/gm)].flatMap(([, commands = '']) => commands.split('; '));
const all = async (targets: readonly string[]): Promise<readonly string[]> =>
  Promise.all(targets.map((to) => probe(world, 'inside.alpha', to)));

const WITHIN = ['ping 10.61.0.3', 'ping fd61::3', 'ping 10.62.0.3', 'ping 10.63.0.3', 'ping 10.64.0.3'];

(existsSync('/proc/sys/net/bridge') ? describe : describe.skip)('what passes within a network', () => {
  test('is told of where bridges hand it on, and passes with what helps', async () => {
    handOn(1);
    world.must('iptables-nft -P FORWARD DROP; ip6tables-nft -P FORWARD DROP');
    expect(await all(WITHIN)).toEqual(WITHIN.map(() => 'timeout'));
    const text = told();
    expect(text).toMatch(
      /topo\.yaml:3:\d+: warning: the chain FORWARD of the table ip filter \(policy drop\) drops what passes within networks\.closed \(br-i\), networks\.alone \(br-q\), networks\.routed \(br-r\), networks\.named \(br-d\), for bridges hand it to the host’s rules \(net\.bridge\.bridge-nf-call-iptables is 1\) \[forwarding-dropped\]/,
    );
    expect(text).toMatch(
      /the table ip6 filter \(policy drop\) drops what passes within networks\.closed \(br-i\), networks\.named \(br-d\), .*ip6tables is 1/,
    );
    expect(help(text)).toContain('iptables -I FORWARD -i br-i -o br-i -j ACCEPT');
    world.must(`${help(text).join(' && ')}; ${FORGET}`);
    expect(told()).toBe('');
    expect(await all(WITHIN)).toEqual(WITHIN.map(() => 'answer'));
  });

  test('is not told of where they do not, and passes', async () => {
    handOn(0);
    world.must('iptables-nft -P FORWARD DROP; ip6tables-nft -P FORWARD DROP');
    expect(told()).toBe('');
    expect(await all(WITHIN)).toEqual(WITHIN.map(() => 'answer'));
    handOn(1);
  });

  test.each([
    [
      'ufw',
      'iptables-nft -P FORWARD DROP; iptables-nft -N ufw-before-forward; iptables-nft -N ufw-user-forward; iptables-nft -A FORWARD -j ufw-before-forward; iptables-nft -A ufw-before-forward -j ufw-user-forward',
      /^ufw route allow in on (\S+) out on (\S+)$/,
      'iptables-nft -A ufw-user-forward -i $1 -o $2 -j ACCEPT',
    ],
    [
      'firewalld',
      `nft 'table inet firewalld { chain filter_FORWARD { type filter hook forward priority 10; jump filter_FORWARD_ZONES; reject with icmpx admin-prohibited; }; chain filter_FORWARD_ZONES { reject with icmpx admin-prohibited; }; chain filter_FWD_trusted { accept; }; }'`,
      /^firewall-cmd --zone=trusted --add-interface=(\S+)$/,
      `nft 'insert rule inet firewalld filter_FORWARD_ZONES iifname "$1" goto filter_FWD_trusted'`,
    ],
    ['iptables-legacy', 'iptables-legacy -P FORWARD DROP', /^(iptables-legacy .*)$/, '$1'],
    ['nftables', `nft 'table inet fw { chain mine { type filter hook forward priority 0; policy drop; }; }'`, /^(nft .*)$/, '$1'],
  ])('by %s: what the commands make of the rules helps', async (_who, by, command, does) => {
    world.must(by);
    const commands = help(told());
    expect(commands).toEqual(commands.map(() => expect.stringMatching(command)));
    expect(commands.length).toBeGreaterThan(3);
    expect((await all(WITHIN)).filter((result) => result === 'answer')).not.toHaveLength(WITHIN.length);
    for (const one of commands) world.must(one.replace(command, does));
    world.must(FORGET);
    expect(told()).toBe('');
    expect(await all(WITHIN)).toEqual(WITHIN.map(() => 'answer'));
  });
});

describe('what nodes ask the DNS server', () => {
  /** `beta` is on two such networks, and has a server for both, at a port of its own. */
  const asked = (): Promise<readonly string[]> =>
    Promise.all([
      probe(world, 'inside.alpha', 'dig @10.64.0.1 beta'),
      probe(world, 'inside.alpha', 'dig +tcp @10.64.0.1 beta'),
      probe(world, 'inside.alpha', 'dig @fd64::1 beta'),
      probe(world, 'inside.beta', 'dig @10.65.0.1 alpha'),
    ]);
  const ALL = ['10.64.0.3', '10.64.0.3', '10.64.0.3', '10.64.0.2'];

  test('is answered, and nothing is told', async () => {
    expect(viewPort).toMatch(/^\d{5}$/);
    expect(told()).toBe('');
    expect(await asked()).toEqual(ALL);
  });

  test.each([
    [
      'iptables',
      'iptables-nft -P INPUT DROP; ip6tables-nft -P INPUT DROP',
      /^(ip6?tables -I INPUT -i br-[de] -p (?:udp|tcp) --dport \d+ -j ACCEPT)$/,
      '$1',
    ],
    [
      'ufw',
      'iptables-nft -P INPUT DROP; iptables-nft -N ufw-before-input; iptables-nft -N ufw-not-local; iptables-nft -N ufw-user-input; iptables-nft -A INPUT -j ufw-before-input; iptables-nft -A ufw-before-input -j ufw-not-local; iptables-nft -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN; iptables-nft -A ufw-not-local -j DROP; iptables-nft -A ufw-before-input -j ufw-user-input',
      /^ufw allow in on (\S+) to any port (\d+)$/,
      'iptables-nft -A ufw-user-input -i $1 -p tcp --dport $2 -j ACCEPT; iptables-nft -A ufw-user-input -i $1 -p udp --dport $2 -j ACCEPT',
    ],
    [
      'firewalld',
      `nft 'table inet firewalld { chain filter_INPUT { type filter hook input priority 10; ct state { established, related } accept; jump filter_INPUT_ZONES; reject with icmpx admin-prohibited; }; chain filter_INPUT_ZONES { meta l4proto { icmp, ipv6-icmp } accept; goto filter_IN_public; }; chain filter_IN_public { tcp dport 22 accept; reject with icmpx admin-prohibited; }; chain filter_IN_trusted { accept; }; }'`,
      /^firewall-cmd --zone=trusted --add-interface=(\S+)$/,
      `nft 'insert rule inet firewalld filter_INPUT_ZONES iifname "$1" goto filter_IN_trusted'`,
    ],
    ['iptables-legacy', 'iptables-legacy -P INPUT DROP', /^(iptables-legacy .*)$/, '$1'],
    ['ip6tables-legacy', 'ip6tables-legacy -P INPUT DROP', /^(ip6tables-legacy .*)$/, '$1'],
    [
      'nftables',
      `nft 'table inet fw { chain in { type filter hook input priority 0; policy drop; icmpv6 type { 133-136 } accept; }; }'`,
      /^(nft insert rule inet fw in .*)$/,
      '$1',
    ],
  ])('and is dropped by %s: told, and what the commands make of the rules helps', async (who, by, command, does) => {
    world.must(by);
    // Neighbours are found by ICMPv6, which such a firewall lets in.
    if (who.startsWith('ip')) world.must(`ip6tables-${who.endsWith('legacy') ? 'legacy' : 'nft'} -A INPUT -p ipv6-icmp -j ACCEPT`);
    const text = told();
    expect(text).toMatch(
      /topo\.yaml:6:\d+: warning: the chain \S+ of the table .* drops what nodes ask the DNS server of networks\.named \(br-d\).*\[dns-dropped\]/,
    );
    const commands = help(text);
    expect(commands).toEqual(commands.map(() => expect.stringMatching(command)));
    if (who !== 'firewalld') expect(commands.join()).toContain(viewPort);
    expect(await asked()).not.toEqual(ALL);
    for (const one of commands) world.must(one.replace(command, does));
    world.must(FORGET);
    expect(told()).toBe('');
    expect(await asked()).toEqual(ALL);
  });
});
