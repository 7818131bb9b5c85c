/** The life of a flannel network: hosts come and go, somebody changes things by hand, the program dies. */
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { killPoints, mustArrive, mustBeKilled, mustLeave, stateOf } from '../promises/crash.js';
import { changesOf, planOf } from '../promises/program.js';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

const TWO = `name: fl

networks:
  lan: { subnet: 192.168.50.0/24 }
  pods:
    driver: flannel
    host_subnets: { h1: 10.244.1.0/24, h2: 10.244.2.0/24 }

hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }

nodes:
  a: { host: h1, networks: { pods: 10.244.1.10 } }
  b: { host: h2, networks: { pods: 10.244.2.10 } }
`;
const THIRD_NODE = '  c: { host: h3, networks: { pods: 10.244.3.10 } }\n';
const THREE = TWO.replace('h2: 10.244.2.0/24', 'h2: 10.244.2.0/24, h3: 10.244.3.0/24')
  .replace('\nnodes:', '  h3: { networks: { lan: 192.168.50.13 } }\n\nnodes:')
  .concat(THIRD_NODE);

let world: World;
let file: string;
let baseline: string;
let macs: Readonly<Record<string, string>>;

const write = (text: string): void => void world.file('topo.yaml', text);
const changes = (): readonly string[] => changesOf(planOf(world, file));
const apply = (): void => void world.mustTopo('apply', '--yes', file);
/** What concerns the hosts that were there before. */
const ofOthers = (all: readonly string[]): readonly string[] => all.filter((change) => /:fl\.h[12]\b/.test(change));

beforeAll(async () => {
  world = await World.create();
  // Duplicate address detection would change addresses of the host while the test runs.
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  baseline = stateOf(world);
  file = world.file('topo.yaml', THREE);
  apply();
  const macOf = (host: string): string => /ether (\S+)/.exec(world.must(`ip -n fl.${host} link show flannel.1`))?.[1] ?? '';
  macs = { h1: macOf('h1'), h2: macOf('h2'), h3: macOf('h3') };
}, 60_000);
afterAll(() => world.dispose());

/** A route, and an entry in each of the tables. */
const three = (sign: string, mac = macs['h3'] ?? ''): readonly string[] =>
  ['fl.h1', 'fl.h2'].flatMap((netns) => [
    `~ fdb:${netns}/flannel.1 ${mac}`,
    `~ neighbours:${netns}/flannel.1 10.244.3.0`,
    `${sign} route:${netns}/10.244.3.0/24`,
  ]);

describe('of a host that', () => {
  it('goes, the others lose a route each, and an entry in both tables', () => {
    write(TWO);
    expect(ofOthers(changes())).toEqual([...three('-')].sort());
    apply();
  });

  it('comes, the others get a route each, and an entry in both tables', async () => {
    write(THREE);
    expect(ofOthers(changes())).toEqual([...three('+')].sort());
    apply();
    expect(await probe(world, 'fl.a', 'ping 10.244.3.10')).toBe('answer');
  });

  it('gets another node, the others hear nothing', () => {
    write(`${THREE}  d: { host: h3, networks: [pods] }\n`);
    expect(ofOthers(changes())).toEqual([]);
    apply();
    write(THREE);
    apply();
  });

  it('loses its last node but has its subnet written, nothing changes for the others', () => {
    write(THREE.replace(THIRD_NODE, ''));
    expect(ofOthers(changes())).toEqual([]);
  });

  it('has another subnet, the others have another route to it, and another neighbour', async () => {
    write(THREE.replaceAll('10.244.3.', '10.244.33.'));
    expect(ofOthers(changes())).toEqual(
      ['fl.h1', 'fl.h2']
        .flatMap((netns) => [
          `~ neighbours:${netns}/flannel.1 10.244.33.0 10.244.3.0`,
          `+ route:${netns}/10.244.33.0/24`,
          `- route:${netns}/10.244.3.0/24`,
        ])
        .sort(),
    );
    apply();
    expect(world.mustTopo('plan', file)).toContain('No changes');
    expect(await probe(world, 'fl.a', 'ping 10.244.33.10')).toBe('answer');
    expect(await probe(world, 'fl.c', 'ping 10.244.2.10')).toBe('answer');
    write(THREE);
    apply();
  });

  it('has another address, one object of each of the others changes', () => {
    write(THREE.replace('192.168.50.13', '192.168.50.33'));
    expect(ofOthers(changes())).toEqual(['h1', 'h2'].map((host) => `~ fdb:fl.${host}/flannel.1 ${macs['h3']}`));
  });
});

describe('a change by hand is seen, named and put back:', () => {
  const ON = 'fl.h1/flannel.1';
  const NEIGHBOURS = `+ neighbours:${ON}`;
  const ROUTES = ['+ route:fl.h1/10.244.2.0/24', '+ route:fl.h1/10.244.3.0/24'];
  const cases: readonly (readonly [name: string, by: () => string, seen: () => readonly string[]])[] = [
    ['an entry deleted', () => `bridge -n fl.h1 fdb del ${macs['h2']} dev flannel.1`, () => [`~ fdb:${ON} ${macs['h2']}`]],
    [
      'an entry that leads elsewhere',
      () => `bridge -n fl.h1 fdb replace ${macs['h2']} dev flannel.1 dst 192.168.50.77`,
      () => [`~ fdb:${ON} ${macs['h2']}`],
    ],
    [
      'an entry more',
      () => 'bridge -n fl.h1 fdb append 00:00:00:00:00:00 dev flannel.1 dst 192.168.50.77',
      () => [`~ fdb:${ON} 00:00:00:00:00:00`],
    ],
    ['a neighbour deleted', () => 'ip -n fl.h1 neigh del 10.244.2.0 dev flannel.1', () => [`~ neighbours:${ON} 10.244.2.0`]],
    [
      'a neighbour changed',
      () => 'ip -n fl.h1 neigh replace 10.244.2.0 lladdr 02:00:00:00:00:09 dev flannel.1 nud permanent',
      () => [`~ neighbours:${ON} 10.244.2.0`],
    ],
    ['a route deleted', () => 'ip -n fl.h1 route del 10.244.2.0/24', () => ['+ route:fl.h1/10.244.2.0/24']],
    [
      'the address deleted',
      () => 'ip -n fl.h1 addr del 10.244.1.0/32 dev flannel.1',
      () => [`+ address:${ON}/10.244.1.0/32`, NEIGHBOURS, ...ROUTES],
    ],
    ['the tunnel down', () => 'ip -n fl.h1 link set flannel.1 down', () => [`~ vxlan:${ON} up`, NEIGHBOURS, ...ROUTES]],
    ['the tunnel’s MTU', () => 'ip -n fl.h1 link set flannel.1 mtu 1300', () => [`~ vxlan:${ON} mtu`]],
    ['the tunnel learns', () => 'ip -n fl.h1 link set flannel.1 type vxlan learning', () => [`~ vxlan:${ON} vxlan_learning`]],
    [
      'the tunnel deleted',
      () => 'ip -n fl.h1 link del flannel.1',
      () => [
        `+ address:${ON}/10.244.1.0/32`,
        `+ fdb:${ON}`,
        NEIGHBOURS,
        ...ROUTES,
        '+ sysctl:fl.h1/net.ipv6.conf.flannel/1.accept_ra',
        `+ vxlan:${ON}`,
      ],
    ],
  ];

  beforeAll(() => {
    write(THREE);
    apply();
  });
  afterEach(apply);

  it.each(cases)('%s', async (_name, by, seen) => {
    world.must(by());
    expect(changes()).toEqual([...seen()].sort());
    apply();
    expect(world.mustTopo('plan', file)).toContain('No changes');
    expect(await probe(world, 'fl.a', 'ping 10.244.2.10')).toBe('answer');
  });
});

test(`killed in the middle of a host’s coming and going, the next apply arrives (${DRAWN})`, () => {
  write(TWO);
  apply();
  for (const [from, to] of [
    [TWO, THREE],
    [THREE, TWO],
  ] as const) {
    write(to);
    const points = killPoints(planOf(world, file), 10);
    tried(points.length);
    for (const k of points) {
      mustBeKilled(world, k, 'apply', '--yes', file);
      mustArrive(world, file, `after a kill at ${k}`);
      write(from);
      apply();
      write(to);
    }
    apply();
  }
}, 300_000);

test('destroy leaves nothing', () => {
  mustLeave(world, file, baseline, 'at the end');
});
