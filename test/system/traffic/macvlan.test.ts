/** Nodes on a LAN of the host: who hears whom, in each mode, and what becomes of the parent. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_CHANGES } from '../../examples/example.js';
import { ROOT, World } from '../world.js';

const lab = (network: string, nodes = 'a: { networks: { lan: 10.99.0.20 } }\n  b: { networks: { lan: 10.99.0.21 } }'): string => `
name: lan
networks:
  lan: { driver: macvlan, parent: lan0, subnet: [10.99.0.0/24, 'fd99::/64'], ip_range: 10.99.0.128/25${network === '' ? '' : `, ${network}`} }
nodes:
  ${nodes}
`;

let world: World;

/** The parent as it is without anybody's counters. */
const parent = (): string => world.must('ip -d -j link show lan0');

const pings = (from: string, address: string): boolean => world.in(from, `ping -c 1 -W 1 ${address}`).status === 0;
const hostPings = (address: string): boolean => world.sh(`ping -c 1 -W 1 ${address}`).status === 0;

function apply(text: string): void {
  const file = world.file('topo.yaml', text);
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', file)).toContain(NO_CHANGES);
}

/** In mode, whether nodes hear each other; whether the host hears them. */
const MODES: readonly (readonly [name: string, network: string, together: boolean, withHost: boolean])[] = [
  ['bridge', 'mode: bridge', true, false],
  ['bridge with a shim', 'host_shim: true', true, true],
  ['bridge with a shim of that address', 'host_shim: 10.99.0.200', true, true],
  ['private', 'mode: private', false, false],
  ['vepa', 'mode: vepa', false, false],
];

describe.each(MODES)('mode %s', (_name, network, together, withHost) => {
  let before: string;
  beforeAll(async () => {
    world = await World.create();
    world.outside();
    before = parent();
    apply(lab(network));
  });
  afterAll(() => world.dispose());

  it(`nodes ${together ? 'reach' : 'do not reach'} each other`, () => {
    expect(pings('lan.a', '10.99.0.21')).toBe(together);
  });

  it('nodes and the LAN reach each other', () => {
    expect([pings('lan.a', '10.99.0.1'), pings('outside', '10.99.0.20'), pings('outside', '10.99.0.21')]).toEqual([true, true, true]);
  });

  it(`the host and the nodes ${withHost ? 'reach' : 'do not reach'} each other`, () => {
    expect([hostPings('10.99.0.20'), pings('lan.a', '10.99.0.2')]).toEqual([withHost, withHost]);
  });

  it('without a gateway there is no default route', () => {
    expect(world.must('ip -n lan.a route')).not.toContain('default');
  });

  it('destroy leaves the parent as it was', () => {
    world.mustTopo('destroy', '--yes', world.file('topo.yaml', lab(network)));
    expect(parent()).toBe(before);
    expect(world.must('ip -j link show type macvlan')).toMatch(/^\[\s*\]\s*$|^$/);
  });
});

test('docs/macvlan.md: its lab is applied, and its table says what is tested here', async () => {
  const page = readFileSync(join(ROOT, 'docs/macvlan.md'), 'utf8');
  const said = [...page.matchAll(/^\| `(\w+)`(, `host_shim`)? +\| (yes|no)\b.*? \| yes +\| (yes|no) +\|$/gm)];
  expect(said.map(([, mode, shim, together, withHost]) => [mode, shim !== undefined, together === 'yes', withHost === 'yes'])).toEqual(
    MODES.filter(([name]) => name !== 'bridge with a shim of that address').map(([name, , ...result]) => [
      name.split(' ')[0],
      name.includes('shim'),
      ...result,
    ]),
  );
  world = await World.create();
  try {
    world.outside();
    apply(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
    expect([pings('lan.web', '10.99.0.201'), hostPings('10.99.0.200'), pings('lan.db', '10.99.0.1')]).toEqual([true, true, true]);
  } finally {
    world.dispose();
  }
});

describe('one world for each', () => {
  beforeEach(async () => {
    world = await World.create();
    world.outside();
  });
  afterEach(() => world.dispose());

  it('with a shim IPv6 goes both ways too, and the LAN’s routers are not the host’s', () => {
    apply(lab('host_shim: true', 'a: { networks: { lan: { ipv6_address: "fd99::20" } } }'));
    const [name] = /mv-[0-9a-f]{8}/.exec(world.must('ip link show type macvlan')) ?? [];
    const [, own = ''] = /(fd99::[0-9a-f:]+)\/128/.exec(world.must(`ip -6 addr show dev ${name}`)) ?? [];
    // Of IPv6, an interface answers for its own addresses alone.
    expect([hostPings('fd99::20'), pings('lan.a', own), pings('lan.a', 'fd99::2')]).toEqual([true, true, false]);
    expect(world.must(`sysctl -n net.ipv6.conf.${name}.accept_ra`).trim()).toBe('0');
  });

  it('a gateway of the LAN is the nodes’ default route', () => {
    world.must('ip -n outside addr add 192.0.2.1/32 dev lo');
    apply(lab('gateway: 10.99.0.1'));
    expect(pings('lan.a', '192.0.2.1')).toBe(true);
  });

  it('passthru: one node has the parent, its MAC address, and gives both back', () => {
    const before = parent();
    const mac = /"address":"([^"]+)"/.exec(before)?.[1] ?? '';
    apply(lab('mode: passthru', 'a: { networks: { lan: { ipv4_address: 10.99.0.20 } } }'));
    expect(world.must('ip -n lan.a link show eth0')).toContain(mac);
    expect([pings('lan.a', '10.99.0.1'), pings('outside', '10.99.0.20')]).toEqual([true, true]);
    apply(lab('mode: passthru', 'a: { networks: { lan: { ipv4_address: 10.99.0.20, mac_address: "02:00:00:00:00:77" } } }'));
    expect(world.must('ip -n lan.a link show eth0')).toContain('02:00:00:00:00:77');
    expect(pings('lan.a', '10.99.0.1')).toBe(true);
    world.mustTopo('destroy', '--yes', '--lab', 'lan');
    expect(parent()).toBe(before);
  });

  it('the MTU is the parent’s, follows it, or is what the file says', () => {
    world.must('ip link set lan0 mtu 1400');
    apply(lab(''));
    expect(world.must('ip -n lan.a link show eth0')).toContain('mtu 1400');
    world.must('ip -n lan.a link set eth0 mtu 1300');
    expect(world.topo(['plan', world.file('topo.yaml', lab(''))]).stdout).toContain('mtu');
    apply(lab(''));
    expect(world.must('ip -n lan.a link show eth0')).toContain('mtu 1400');
    apply(lab('mtu: 1350'));
    expect(world.must('ip -n lan.a link show eth0')).toContain('mtu 1350');
  });

  it('a node’s interface may have the parent’s name', () => {
    world.must('ip link set lan0 down && ip link set lan0 name eth0 && ip link set eth0 up');
    apply(lab('').replace('parent: lan0', 'parent: eth0'));
    expect(pings('outside', '10.99.0.20')).toBe(true);
  });

  test.each([
    ['mode', 'ip -n lan.a link set eth0 type macvlan mode private', '~ macvlan lan.a:eth0 on host:lan0'],
    ['mac', 'ip -n lan.a link set eth0 address 02:00:00:00:00:66', '~ macvlan lan.a:eth0 on host:lan0'],
    ['state', 'ip -n lan.a link set eth0 down', '~ macvlan lan.a:eth0 on host:lan0'],
    ['queue', 'ip -n lan.a link set eth0 txqueuelen 5', '~ macvlan lan.a:eth0 on host:lan0'],
    ['broadcast queue', 'ip -n lan.a link set eth0 type macvlan bcqueuelen 5', '~ macvlan lan.a:eth0 on host:lan0'],
    ['mark', "ip -n lan.a link set eth0 alias ''", '~ macvlan lan.a:eth0 on host:lan0'],
    ['group', 'ip -n lan.a link set eth0 group 3', '~ macvlan lan.a:eth0 on host:lan0'],
    ['gone', 'ip -n lan.a link del eth0', '+ macvlan lan.a:eth0 on host:lan0'],
    ['name', 'ip -n lan.a link set eth0 down name other', 'name: other -> eth0  # forces replacement'],
    ['parent', 'ip -n lan.a link del eth0; ip link add link other0 netns lan.a name eth0 type macvlan', '-/+ macvlan lan.a:eth0'],
    ['shim gone', 'ip link del $(ip -br link show type macvlan | cut -d@ -f1)', '+ macvlan host:mv-'],
    ['route of the shim', 'ip route del 10.99.0.20', '+ route 10.99.0.20/32 dev mv-'],
  ])('a change by hand is seen, named and put back: %s', (_name, by, seen) => {
    world.must('ip link add other0 type veth peer name other1');
    apply(lab('host_shim: true'));
    world.must(by);
    const file = world.file('topo.yaml', lab('host_shim: true'));
    expect(world.mustTopo('plan', file)).toContain(seen);
    apply(lab('host_shim: true'));
    expect([pings('lan.a', '10.99.0.21'), hostPings('10.99.0.20')]).toEqual([true, true]);
  });

  it('modes change in place, but to passthru', () => {
    const one = 'a: { networks: { lan: 10.99.0.20 } }';
    apply(lab('', one));
    const plan = (network: string): string => world.mustTopo('plan', world.file('topo.yaml', lab(network, one)));
    expect(plan('mode: vepa')).toContain('~ macvlan lan.a:eth0');
    expect(plan('mode: passthru')).toContain('-/+ macvlan lan.a:eth0');
    apply(lab('mode: vepa', one));
    apply(lab('mode: passthru', one));
    apply(lab('mode: private', one));
  });

  it('a node may go from a bridge to a LAN and back', () => {
    const bridge = 'name: lan\nnetworks: { lan: { subnet: 10.98.0.0/24 } }\nnodes: { a: { networks: [lan] } }\n';
    apply(bridge);
    apply(lab('host_shim: true'));
    expect(pings('outside', '10.99.0.20')).toBe(true);
    apply(bridge);
  });

  it('the commands of a plan lead to the same', () => {
    const file = world.file('topo.yaml', lab('host_shim: true, gateway: 10.99.0.1'));
    world.file('plan.sh', world.mustTopo('plan', '--format', 'shell', file));
    world.must('sh plan.sh');
    expect(world.mustTopo('plan', file)).toContain(NO_CHANGES);
  });

  const PARENTS: readonly (readonly [name: string, before: string, network: string, said: readonly string[]])[] = [
    ['missing', 'true', 'parent: nowhere', ['the host has no interface named nowhere', 'topo.yaml:4:']],
    ['a VLAN that is missing', 'true', 'parent: lan0.50', ['no interface named lan0.50', 'type vlan id 50']],
    ['a port', 'ip link add br9 type bridge && ip link set lan0 master br9', '', ['lan0 is a port of br9']],
    ['a macvlan', 'ip link add link lan0 name mv9 type macvlan', 'parent: mv9', ['mv9 is a macvlan interface itself', 'lan0']],
    ['too small', 'ip link set lan0 mtu 1400', 'mtu: 1500', ['an MTU of 1500 does not fit lan0, which has 1400']],
    [
      'for somebody else alone',
      'ip link add link lan0 name mv9 type macvlan mode passthru',
      '',
      ['lan0 belongs to mv9 (macvlan, mode passthru) on the host alone'],
    ],
    [
      'for somebody else alone, elsewhere',
      'ip netns add other && ip link add link lan0 netns other name mv9 type macvlan mode passthru',
      '',
      ['lan0 belongs to mv9 (macvlan, mode passthru) in other alone'],
    ],
    [
      'shared, but wanted alone',
      'ip netns add other && ip link add link lan0 netns other name mv9 type macvlan mode bridge',
      'mode: passthru',
      ['mode passthru takes lan0 for one interface alone, and mv9 (macvlan, mode bridge) in other stands on it already'],
    ],
  ];
  test.each(PARENTS)('a parent that cannot be one is an error before any change: %s', (_name, before, network, said) => {
    world.must(before);
    const snapshot = world.snapshot();
    const text = lab('', 'a: { networks: { lan: 10.99.0.20 } }').replace(
      network.startsWith('parent') ? 'parent: lan0' : '}',
      network === '' ? '}' : network.startsWith('parent') ? network : `, ${network} }`,
    );
    const result = world.topo(['apply', '--yes', world.file('topo.yaml', text)]);
    expect(result.status).toBe(1);
    for (const part of said) expect(result.stderr).toContain(part);
    expect(world.snapshot()).toBe(snapshot);
  });

  it('a parent that is down is told, and no reason not to go on', () => {
    world.must('ip link set lan0 down');
    expect(world.topo(['plan', world.file('topo.yaml', lab(''))]).stderr).toContain('lan0 is down');
    apply(lab(''));
  });
});
