/** What was taken over, or got another name, is as it was if the apply is refused (GUARANTEES.md, G9). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { byHand } from '../life/by-hand.js';
import { World } from '../world.js';
import { operationsOf, type PlanDocument } from './program.js';
import { comparable, expectSame, mustRollBack, refusalPoints } from './rollback.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const BY_HAND = `${byHand('address 02:00:00:00:08:01')}
ip netns exec n3 sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth0.rp_filter=2
`;

const ADOPTING = `name: shop
networks: { lan: { subnet: 10.8.0.0/24, bridge_name: br0, mtu: 1400 } }
nodes:
  web:
    netns: n2
    networks: { lan: { ipv4_address: 10.8.0.2, host_interface: v2 } }
    ports: ['8080:80']
    rules: [{ from: 10.8.0.2, table: 7, priority: 70 }, { from: 10.8.0.9, table: 8, priority: 71 }]
    sysctls: { net.ipv4.ip_default_ttl: 63 }
  db: { netns: n3, networks: { lan: { ipv4_address: 10.8.0.3, host_interface: v3 } }, run: ['sleep 100013'] }
`;

const points = (count: number, ...args: readonly string[]): readonly number[] =>
  refusalPoints(operationsOf(JSON.parse(world.mustTopo('plan', '--json', ...args)) as PlanDocument), count);

test(`an apply with --adopt: all is somebody else's again, as it was (${DRAWN})`, async () => {
  world.must(BY_HAND);
  const file = world.file('topo.yaml', ADOPTING);
  const before = await comparable(world);
  const inodes = world.must('stat -c %i /run/netns/n2 /run/netns/n3');
  const planned = (): string => world.mustTopo('plan', '--adopt', '--format', 'shell', file);
  const plan = planned();
  const drawn = points(3, '--adopt', file);
  tried(drawn.length);
  for (const k of drawn) {
    mustRollBack(world, k, 'apply', '--yes', '--adopt', file);
    await expectSame(world, before, `operation ${k} was refused`);
    expect(world.must('stat -c %i /run/netns/n2 /run/netns/n3')).toBe(inodes);
    expect(planned()).toBe(plan);
  }
}, 180_000);

const LAB = `name: shop
networks: { lan: { subnet: 10.8.0.0/24, dns: server }, far: {} }
nodes:
  a:
    networks: [lan, far]
    run: ['exec sleep 100014']
    exec: ['true # once']
    sysctls: { net.ipv4.ip_default_ttl: 63 }
  c: { networks: [lan] }
links:
  - endpoints: ['a:eth5', 'c:eth5']
`;
/** Besides the renames, something of each changes. */
const MOVED = `${LAB.replace('  a:\n', '  b:\n').replace("'a:eth5'", "'b:eth5'").replace('far: {}', 'near: { mtu: 1400 }').replace('far]', 'near]').replace(': 63', ': 62')}moved: [{ from: nodes.a, to: nodes.b }, { from: networks.far, to: networks.near }]
`;

test(`an apply with moved: the names are those of before too, and what runs goes on (${DRAWN})`, async () => {
  const first = world.file('first.yaml', LAB);
  const file = world.file('topo.yaml', MOVED);
  world.mustTopo('apply', '--yes', first);
  const before = await comparable(world);
  const inodes = world.must('stat -c %i /run/netns/shop.a /run/netns/shop.c');
  const pid = world.must("pgrep -f '^sleep 100014'");
  const drawn = points(4, file);
  tried(drawn.length);
  for (const k of drawn) {
    const told = mustRollBack(world, k, 'apply', '--yes', file);
    await expectSame(world, before, `operation ${k} was refused`);
    expect(world.must('stat -c %i /run/netns/shop.a /run/netns/shop.c')).toBe(inodes);
    if (world.must("pgrep -f '^sleep 100014'") !== pid) throw new Error(told);
    expect(world.mustTopo('plan', first)).toContain('No changes.');
  }
  world.mustTopo('apply', '--yes', file);
  expect(world.must('ls /run/netns')).toBe('shop.b\nshop.c\n');
}, 240_000);

test('names that somebody gave links of the lab come back', async () => {
  const lab = 'name: two\nnetworks: { lan: { subnet: 10.8.0.0/24 } }\nnodes:\n  a: { networks: [lan] }\n';
  world.mustTopo('apply', '--yes', world.file('before.yaml', lab));
  world.must(
    'ip -n two.a link property add dev eth0 altname one; ip link property add dev "$(ip -br link show type veth | sed "s/@.*//")" altname two',
  );
  const before = await comparable(world);
  const after = world.file('after.yaml', `${lab}  b: { networks: [lan] }\n`);
  const plan = JSON.parse(world.mustTopo('plan', '--json', after)) as PlanDocument;
  mustRollBack(world, operationsOf(plan), 'apply', '--yes', after);
  await expectSame(world, before, 'the last operation was refused');
}, 120_000);
