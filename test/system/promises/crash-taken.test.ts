/** Killed while something is taken over, renamed, or rolled back: the next apply arrives, from each point on its own (GUARANTEES.md, G4). */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG } from '../../thoroughness.js';
import { byHand } from '../life/by-hand.js';
import { World } from '../world.js';
import { killPoints, mustApply, mustArrive, mustBeKilled, mustLeave, stateOf } from './crash.js';
import { KILLED, command, operationsOf, type PlanDocument, planOf } from './program.js';
import { refusalPoints } from './rollback.js';

/** Of each; one of each kind of object besides. */
const POINTS = 4;
const TIMEOUT_MS = LONG ? 3_600_000 : 240_000;

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const ADOPTING = `name: shop
networks: { lan: { subnet: 10.8.0.0/24, bridge_name: br0, mtu: 1400 } }
nodes:
  web: { netns: n2, networks: { lan: { ipv4_address: 10.8.0.2, host_interface: v2 } }, ports: ['8080:80'] }
  db: { netns: n3, networks: { lan: { ipv4_address: 10.8.0.3, host_interface: v3 } }, run: ['sleep 100061'] }
`;

test(
  `an apply with --adopt: the next one takes over the rest, and what is not in the file stays (${DRAWN})`,
  async () => {
    let file = world.file('topo.yaml', ADOPTING);
    world.must(byHand());
    const points = killPoints(JSON.parse(world.mustTopo('plan', '--adopt', '--json', file)) as PlanDocument, POINTS);
    tried(points.length);
    for (const k of points) {
      const inodes = world.must('stat -c %i /run/netns/n2 /run/netns/n3');
      mustBeKilled(world, k, 'apply', '--yes', '--adopt', file);
      world.mustTopo('apply', '--yes', '--adopt', file);
      expect(world.mustTopo('plan', file)).toContain('No changes.');
      expect(world.must('stat -c %i /run/netns/n2 /run/netns/n3')).toBe(inodes);
      expect(world.must('ip -n n2 -br addr show other')).toContain('10.55.0.1/24');
      expect(world.must('ip -n n2 rule')).toContain('from 10.8.0.2 lookup 7');
      world.mustTopo('destroy', '--yes', file);
      // What was deleted by hand goes when the kernel gets to it: another machine.
      world.dispose();
      world = await World.create();
      file = world.file('topo.yaml', ADOPTING);
      world.must(byHand());
    }
  },
  TIMEOUT_MS,
);

const LAB = `name: shop
networks: { lan: { subnet: 10.8.0.0/24, dns: server }, far: {} }
nodes:
  a: { networks: [lan, far], run: ['exec sleep 100062'], sysctls: { net.ipv4.ip_default_ttl: 63 } }
  c: { networks: [lan] }
links:
  - endpoints: ['a:eth5', 'c:eth5']
`;
const MOVED = `${LAB.replace('  a:', '  b:').replace("'a:eth5'", "'b:eth5'").replace('far: {}', 'near: {}').replace('far]', 'near]')}moved: [{ from: nodes.a, to: nodes.b }, { from: networks.far, to: networks.near }]
`;

test(
  `an apply with moved: the next one goes on, in the same namespace and with the same process (${DRAWN})`,
  () => {
    const [first, file] = [world.file('first.yaml', LAB), world.file('topo.yaml', MOVED)];
    const baseline = stateOf(world);
    mustApply(world, first, 'from nothing');
    const points = killPoints(planOf(world, file), POINTS);
    tried(points.length);
    for (const k of points) {
      const same = (name: string): string => world.must(`stat -c %i /run/netns/shop.${name}; pgrep -f '^sleep 100062'`);
      const before = same('a');
      mustBeKilled(world, k, 'apply', '--yes', file);
      mustArrive(world, file, `after a move killed at ${k}`);
      expect({ k, same: same('b') }).toEqual({ k, same: before });
      expect(world.must('ls /run/netns')).toBe('shop.b\nshop.c\n');
      mustLeave(world, file, baseline, `of a move killed at ${k}`);
      mustApply(world, first, 'from nothing');
    }
  },
  TIMEOUT_MS,
);

test(
  `an apply that was refused, killed on its way back: the next one arrives, and a destroy leaves nothing (${DRAWN})`,
  () => {
    const file = world.file('topo.yaml', LAB.replace('ttl: 63', 'ttl: 64'));
    const baseline = stateOf(world);
    const all = operationsOf(planOf(world, file));
    const refused = world.topo(['apply', '--yes', '--json', file], { TOPO_TEST_REFUSE: String(all) });
    const [, back] = refused.stdout.split('\n').filter((line) => line.includes('"type":"plan"'));
    const points = refusalPoints(operationsOf(JSON.parse(back!) as PlanDocument), POINTS);
    tried(points.length);
    for (const k of points) {
      // All has been tried when the last one is refused; what comes behind that is the way back.
      const faults = { TOPO_TEST_REFUSE: String(all), TOPO_TEST_KILL_AFTER: String(all + k) };
      const { status, stdout, stderr } = world.sh(`${command('apply', '--yes', file)} 2>&1; exit $?`, faults);
      if (status !== KILLED || !stdout.includes('Rolling back'))
        throw new Error(`killed at ${all + k}: status ${status}\n${stdout}${stderr}`);
      if (k % 2 === 0) mustArrive(world, file, `after a rollback killed at ${k}`);
      mustLeave(world, file, baseline, `of a rollback killed at ${k}`);
    }
  },
  TIMEOUT_MS,
);
