/**
 * Rules of others as firewalls, Docker, Podman and Kubernetes write them: what they drop of a lab's traffic is named by plan, what
 * they let pass is not, and the commands of the warning let it pass.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

const LAB = `name: rules
networks:
  front: { subnet: [10.61.0.0/24, 'fd61::/64'], bridge_name: br-front }
nodes:
  a: { networks: { front: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }, ports: ['8080:80'] }
  b: { networks: { front: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' } } }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  world.must('sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0');
  await Promise.all([world.serve('rules.a', 80, 'a'), world.serve('rules.b', 80, 'b'), world.serve('outside', 80, 'lan')]);
});
afterAll(() => world.dispose());

/** A table of nft by itself, or commands of iptables and its kin, one a line. */
function load(rules: string): void {
  if (rules.startsWith('table')) world.must(`nft -f ${world.file('rules.nft', rules)}`);
  else for (const line of rules.trim().split('\n')) world.must(line.trim());
}

/** What was dropped leaves neighbours that are thought to be away. */
const FORGET = 'for n in a b; do ip -n rules.$n neigh flush all; done; ip neigh flush dev br-front';
afterEach(
  () =>
    void world.must(
      `nft list tables | grep -v topo_ | while read t; do nft delete $t; done; iptables-legacy -F; iptables-legacy -X; ${FORGET}`,
    ),
);
const told = (): string => world.topo(['plan']).stderr;

const WAYS = [
  ['rules.a', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
  ['rules.a', 'http://[fd99::1]', 'lan sees fd99::2'],
  ['outside', 'http://10.99.0.2:8080', 'a sees 10.99.0.1'],
  ['outside', 'http://[fd99::2]:8080', 'a sees fd99::1'],
  ['rules.a', 'http://10.61.0.3', 'b sees 10.61.0.2'],
  ['rules.a', 'http://[fd61::3]', 'b sees fd61::2'],
] as const;

/** Which of the ways are shut. */
async function shut(): Promise<readonly string[]> {
  const results = await Promise.all(WAYS.map(([from, to]) => probe(world, from, to)));
  return WAYS.flatMap(([from, to, expected], i) => (results[i] === expected ? [] : [`${from} ${to}`]));
}
const [OUT4, OUT6, IN4, IN6, IN_NET4, IN_NET6] = WAYS.map(([from, to]) => `${from} ${to}`) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

interface Dropping {
  readonly name: string;
  readonly rules: string;
  readonly shuts: readonly string[];
  /** Of the warnings, in their order. */
  readonly told: readonly string[];
  /** What commands of the help do to the rules; absent: they are run as they stand. */
  readonly does?: string;
}

const FRONT = (directions: string): string => `drops what the host forwards for networks.front (${directions} br-front)`;

const DROPPING: readonly Dropping[] = [
  {
    name: 'firewalld, which finds zones stage by stage',
    rules: `table inet firewalld {
      chain filter_FORWARD {
        type filter hook forward priority filter + 10; policy accept;
        ct state { established, related } accept
        ct status dnat accept
        iifname "lo" accept
        ct state invalid drop
        ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable
        jump filter_FORWARD_dispatch
        reject with icmpx admin-prohibited
      }
      chain filter_FORWARD_dispatch {
        iifname "lan0" jump filter_FWD_public_dispatch_stage2
        jump filter_FWD_public_dispatch_stage2
      }
      chain filter_FWD_public_dispatch_stage2 { oifname "lan0" jump filter_FWD_public_to_public; }
      chain filter_FWD_public_to_public { jump filter_FWD_public_to_public_pre; reject with icmpx admin-prohibited; }
      chain filter_FWD_public_to_public_pre { icmp type echo-reply return; }
      chain filter_FWD_trusted { accept; }
    }`,
    shuts: [OUT4, OUT6],
    told: [`filter_FORWARD of the table inet firewalld (the last rule of its chain filter_FWD_public_to_public) ${FRONT('from')}`],
    does: 'nft insert rule inet firewalld filter_FORWARD_dispatch iifname br-front goto filter_FWD_trusted',
  },
  {
    name: 'maps of interfaces, of pairs of them, and of states',
    rules: `table inet fw {
      map pairs { type ifname . ifname : verdict; elements = { "br-front" . "lan0" : jump refused } }
      chain refused { counter; drop; }
      chain mine {
        type filter hook forward priority 0; policy accept;
        ct state vmap { established : accept, related : accept, invalid : drop }
        iifname . oifname vmap @pairs
        iifname vmap { "lan0" : jump in, "lo" : accept }
      }
      chain in { tcp dport vmap { 22 : accept, 70-90 : drop }; }
    }`,
    shuts: [OUT4, OUT6, IN4, IN6],
    told: [
      `mine of the table inet fw (the last rule of its chain refused) ${FRONT('from')}`,
      `mine of the table inet fw (the rule tcp dport vmap @__map2 of its chain in) ${FRONT('to')}`,
    ],
  },
  {
    name: 'a map with a verdict for all other interfaces',
    rules: `table ip fw { chain mine { type filter hook forward priority 0; iifname vmap { "lan0" : accept, "eth*" : accept, * : drop }; }; }`,
    shuts: [OUT4, IN4],
    told: [`mine of the table ip fw (its rule iifname vmap @__map0) ${FRONT('from')}`],
  },
  {
    name: 'a set of sources, and a policy behind a set of interfaces',
    rules: `table inet fw {
      set private { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } }
      set inner { type ifname; elements = { "br-front", "eth7" } }
      chain mine {
        type filter hook forward priority 0; policy drop;
        ct state established,related accept
        ip saddr @private ip daddr != @private drop
        ip saddr @private oifname "lan0" drop
        iifname @inner accept
        iifname != @inner ct status dnat accept
      }
    }`,
    shuts: [OUT4],
    told: [`mine of the table inet fw (its rule ip saddr @private oifname "lan0" drop) ${FRONT('from')}`],
  },
  {
    name: 'what people put into DOCKER-USER',
    rules: `iptables-nft -N DOCKER-USER
      iptables-nft -A FORWARD -j DOCKER-USER
      iptables-nft -A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables-nft -A DOCKER-USER -i lan0 -p tcp -m tcp --dport 80 -m comment --comment "not from there" -j DROP
      iptables-nft -A DOCKER-USER -j RETURN`,
    shuts: [IN4],
    told: [`FORWARD of the table ip filter (the rule iifname "lan0" tcp dport 80`],
  },
  {
    name: 'iptables by addresses, by way of a chain with a comment',
    rules: `ip6tables-nft -N KUBE-ROUTER-FORWARD
      ip6tables-nft -A FORWARD -m comment --comment "kube-router netpol - TEMCG2JMVZWTQHJL" -j KUBE-ROUTER-FORWARD
      ip6tables-nft -A KUBE-ROUTER-FORWARD ! -s fd61::/64 -d fd61::/64 -m mark ! --mark 0x10000/0x10000 -j REJECT`,
    // Answers to what nodes ask come from elsewhere too.
    shuts: [OUT6, IN6],
    told: [`FORWARD of the table ip6 filter (the rule ip6 saddr != fd61::/64 ip6 daddr fd61::/64`],
  },
  {
    name: 'iptables-legacy by addresses',
    rules: `iptables-legacy -A FORWARD -d 10.61.0.0/25 -o br-front -j DROP
      iptables-legacy -A FORWARD -s 10.61.0.0/16 ! -d 10.61.0.0/16 -j DROP
      iptables-legacy -A FORWARD -s 10.61.0.0/16 -o lan0 -j DROP`,
    shuts: [OUT4, IN4],
    told: [
      'FORWARD of the table ip filter of iptables-legacy (its rule oifname "lan0" ip saddr 10.61.0.0/16 drop) drops',
      'FORWARD of the table ip filter of iptables-legacy (its rule oifname "br-front" ip daddr 10.61.0.0/25 drop) drops',
    ],
  },
  {
    name: 'a table before routing, and one behind it',
    rules: `table inet fw {
      chain pre { type filter hook prerouting priority raw; iifname "br-*" meta nfproto ipv4 drop; }
      chain post { type filter hook postrouting priority 0; oifname "br-front" meta nfproto ipv6 drop; }
    }`,
    // IPv4 connections from outside die with their answers.
    shuts: [OUT4, OUT6, IN4, IN6],
    told: [
      `pre of the table inet fw (its rule iifname "br-*" meta nfproto ipv4 drop) ${FRONT('from')}`,
      `post of the table inet fw (its rule oifname "br-front" meta nfproto ipv6 drop) ${FRONT('to')}`,
    ],
  },
  {
    name: 'before ports are sent on: a port of the host, and a policy before connections are known',
    rules: `table ip fw {
      chain early { type filter hook prerouting priority mangle; iifname "lan0" tcp dport 8000-8100 drop; }
      chain raw { type filter hook prerouting priority raw; policy drop; iifname { "lo", "br-front" } accept; tcp dport { 22, 8080 } accept; }
    }`,
    shuts: [OUT4, IN4],
    told: [
      `early of the table ip fw (its rule iifname "lan0" tcp dport 8000-8100 drop) ${FRONT('to')}`,
      `raw of the table ip fw (policy drop) ${FRONT('to')}`,
    ],
  },
  {
    name: 'a table of bridges',
    rules: `table bridge fw {
      chain between { type filter hook forward priority -200; policy drop; ip protocol icmp accept; }
      chain up { type filter hook input priority -200; policy accept; ether type ip drop; }
    }`,
    shuts: [OUT4, IN4, IN_NET4, IN_NET6],
    told: [
      'between of the table bridge fw (policy drop) drops what passes within networks.front (br-front)',
      'up of the table bridge fw (its rule ether type ip drop) drops frames for networks.front (from br-front)',
    ],
  },
];

describe.each(DROPPING)('$name', ({ rules, shuts, told: texts, does }) => {
  test('is named for what it drops, and for no more; what is said to help does', async () => {
    load(rules);
    expect(await shut()).toEqual(shuts);
    const text = told();
    const warnings = [...text.matchAll(/warning: the chain (.*) \[forwarding-dropped\]/g)].map(([, one]) => one);
    expect(warnings).toEqual(texts.map((one) => expect.stringContaining(one)));
    const help = [...text.matchAll(/these let it pass: (.*)$/gm)].flatMap(([, commands = '']) => commands.split('; '));
    expect(help.length).toBeGreaterThanOrEqual(texts.length);
    for (const command of does === undefined ? help : [does]) world.must(command);
    world.must(FORGET);
    expect(told()).toBe('');
    expect(await shut()).toEqual([]);
  });
});

/** Each of them drops something: not of this lab's. */
const PASSING: readonly (readonly [name: string, rules: string])[] = [
  [
    'Docker 29 with nftables',
    `table ip docker-bridges {
      map filter-forward-in-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-in__docker0 } }
      map filter-forward-out-jumps { type ifname : verdict; elements = { "docker0" : jump filter-forward-out__docker0 } }
      chain filter-FORWARD {
        type filter hook forward priority filter; policy accept;
        oifname vmap @filter-forward-in-jumps
        iifname vmap @filter-forward-out-jumps
      }
      chain raw-PREROUTING {
        type filter hook prerouting priority raw; policy accept;
        ip daddr 172.17.0.2 iifname != { "docker0" } counter drop comment "DROP DIRECT ACCESS"
        iifname != "lo" ip daddr 127.0.0.1 tcp dport 8080 counter drop comment "DROP REMOTE LOOPBACK"
      }
      chain filter-forward-in__docker0 {
        ct state established,related counter accept
        iifname "docker0" counter accept comment "ICC"
        ip daddr 172.17.0.2 tcp dport 80 counter accept
        counter drop comment "UNPUBLISHED PORT DROP"
      }
      chain filter-forward-out__docker0 { ct state established,related counter accept; counter accept comment "OUTGOING"; }
    }`,
  ],
  [
    'Docker 28 with iptables',
    `for c in DOCKER DOCKER-BRIDGE DOCKER-CT DOCKER-FORWARD DOCKER-INTERNAL DOCKER-USER; do iptables-nft -N $c; done
      iptables-nft -A FORWARD -j DOCKER-USER
      iptables-nft -A FORWARD -j DOCKER-FORWARD
      iptables-nft -A DOCKER-FORWARD -j DOCKER-CT
      iptables-nft -A DOCKER-FORWARD -j DOCKER-INTERNAL
      iptables-nft -A DOCKER-FORWARD -j DOCKER-BRIDGE
      iptables-nft -A DOCKER-FORWARD -i docker0 -j ACCEPT
      iptables-nft -A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      iptables-nft -A DOCKER-BRIDGE -o docker0 -j DOCKER
      iptables-nft -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
      iptables-nft -A DOCKER ! -i docker0 -o docker0 -j DROP
      iptables-nft -A DOCKER-INTERNAL ! -s 172.18.0.0/16 -o br-internal -j DROP
      iptables-nft -A DOCKER-INTERNAL ! -d 172.18.0.0/16 -i br-internal -j DROP
      iptables-nft -t raw -A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP`,
  ],
  [
    'Kubernetes, with kube-proxy and Calico',
    `for c in KUBE-FORWARD KUBE-FIREWALL KUBE-PROXY-FIREWALL cali-FORWARD cali-from-wl-dispatch; do iptables-nft -N $c; done
      iptables-nft -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
      iptables-nft -A FORWARD -m conntrack --ctstate NEW -m comment --comment "load balancer firewall" -j KUBE-PROXY-FIREWALL
      iptables-nft -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
      iptables-nft -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
      iptables-nft -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
      iptables-nft -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
      iptables-nft -A cali-FORWARD -i cali+ -j cali-from-wl-dispatch
      iptables-nft -A cali-from-wl-dispatch -m comment --comment "Unknown interface" -j DROP
      iptables-nft -A cali-FORWARD -m comment --comment "cali:S93hcgKJrXEqnTfs" -m mark --mark 0x10000/0x10000 -j ACCEPT`,
  ],
  [
    'firewalld, with the network in the zone of the LAN',
    `table inet firewalld {
      chain filter_PREROUTING {
        type filter hook prerouting priority filter + 10; policy accept;
        icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
        meta nfproto ipv6 fib saddr . mark . iif oif missing drop
      }
      chain filter_FORWARD {
        type filter hook forward priority filter + 10; policy accept;
        ct state { established, related } accept
        ct status dnat accept
        iifname "lo" accept
        ct state invalid drop
        jump filter_FORWARD_ZONES
        reject with icmpx admin-prohibited
      }
      chain filter_FORWARD_ZONES { iifname "lan0" goto filter_FWD_public; goto filter_FWD_public; }
      chain filter_FWD_public { jump filter_FWD_public_allow; reject with icmpx admin-prohibited; }
      chain filter_FWD_public_allow { oifname "lan0" accept; }
    }`,
  ],
  [
    'Podman, libvirt, and lists of who is kept out',
    `table inet netavark {
      set blocked { type ipv4_addr; flags interval; elements = { 185.0.0.0/8, 10.100.0.0-10.255.255.255 } }
      chain FORWARD {
        type filter hook forward priority filter; policy accept;
        ct state invalid drop
        ct mark & 0x1000 == 0x1000 accept
        ip saddr @blocked drop
        ip daddr @blocked tcp dport { 25, 465 } drop
        oifname "virbr0" ct state established,related accept
        oifname "virbr0" reject
        tcp dport 25 drop
        tcp flags syn limit rate over 1000/second drop
        iifname "podman1" oifname != "podman1" jump NETAVARK-ISOLATION-2
      }
      chain NETAVARK-ISOLATION-2 { oifname "podman2" drop; }
    }`,
  ],
  [
    'a policy, with rules for what comes from within and what was published',
    `table inet fw {
      set inner { type ifname; elements = { "br-front" } }
      chain mine {
        type filter hook forward priority 0; policy drop;
        ct state vmap { established : accept, related : accept, invalid : drop }
        iifname @inner oifname "lan0" accept
        ct status dnat accept
      }
    }
    table bridge fw { chain between { type filter hook forward priority 0; policy drop; ether type { arp, ip, ip6 } accept; }; }`,
  ],
];

test.each(PASSING)('%s: nothing is told, and all passes', async (_name, rules) => {
  load(rules);
  expect(told()).toBe('');
  expect(await shut()).toEqual([]);
});

test('of a simulated host: what drops there is named, with where the commands are to be run', async () => {
  const lab = `name: two
networks:
  lan: { subnet: 10.70.0.0/24, bridge_name: br-lan }
  pods: { driver: vxlan, subnet: 10.71.0.0/24, underlay: lan }
hosts: { h1: { networks: { lan: 10.70.0.11 } }, h2: { networks: { lan: 10.70.0.12 } } }
nodes: { x: { host: h1, networks: [pods] }, y: { host: h2, networks: { pods: 10.71.0.9 } } }
`;
  world.file('two.yaml', lab);
  world.mustTopo('apply', '--yes', 'two.yaml');
  const ways = async (): Promise<readonly string[]> =>
    Promise.all(['ping 10.71.0.9', 'ping 10.70.0.1'].map((to) => probe(world, 'two.x', to)));
  expect(await ways()).toEqual(['answer', 'answer']);
  world.must(`ip netns exec two.h1 nft 'table inet fw { chain mine { type filter hook forward priority 0; policy drop; }; }'`);
  expect(await ways()).toEqual(['timeout', 'timeout']);
  const { stderr } = world.topo(['plan', 'two.yaml']);
  expect(stderr).toMatch(
    /warning: the chain mine of the table inet fw in two\.h1 \(policy drop\) drops what the host forwards for networks\.pods \(from and to, and within, br-\w+\)/,
  );
  const [, commands = ''] = /these let it pass, by ip netns exec two\.h1: (.*)$/m.exec(stderr) ?? [];
  for (const command of commands.split('; ')) world.must(`ip netns exec two.h1 ${command}`);
  expect(await ways()).toEqual(['answer', 'answer']);
  expect(world.topo(['plan', 'two.yaml']).stderr).toBe('');
  world.mustTopo('destroy', '--yes', 'two.yaml');
});
