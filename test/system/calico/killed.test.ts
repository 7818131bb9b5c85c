/** Killed after any operation, the next apply arrives; `destroy` leaves nothing (GUARANTEES.md, G4). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { DRAWN } from '../../thoroughness.js';
import { killPoints, mustArrive, mustBeKilled, mustLeave, stateOf } from '../promises/crash.js';
import { planOf } from '../promises/program.js';
import { World } from '../world.js';
import { calicoLab } from './lab.js';

const NODES = `
  a: { host: h1, networks: { pods: 10.244.1.5 }, labels: { app: web }, ports: ['8080:80'] }
  c: { host: h2, networks: { pods: 10.244.2.5 }, labels: { app: db } }`;
const MOVED = NODES.replace('host: h1', 'host: h2').replace('10.244.1.5', '10.244.2.6');

let world: World;
let baseline: string;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  baseline = stateOf(world);
});
afterAll(() => world.dispose());

test(`an apply from nothing, killed (${DRAWN})`, () => {
  const file = world.file('topo.yaml', calicoLab('', NODES));
  const points = killPoints(planOf(world, file), 12);
  tried(points.length);
  expect(points.length).toBeGreaterThan(8);
  for (const k of points) {
    mustBeKilled(world, k, 'apply', '--yes', file);
    mustArrive(world, file, `after an apply killed at ${k}`);
    mustLeave(world, file, baseline, `after an apply killed at ${k}`);
  }
}, 900_000);

test(`a node that moves to another host, and a policy that comes, killed (${DRAWN})`, () => {
  const before = world.file('before.yaml', calicoLab('', NODES));
  const after = world.file('after.yaml', calicoLab(', policy: [{ to: { app: db }, from: [{ app: web }] }]', MOVED));
  mustArrive(world, before, 'from nothing');
  const points = killPoints(planOf(world, after), 12);
  tried(points.length);
  for (const k of points) {
    mustBeKilled(world, k, 'apply', '--yes', after);
    mustArrive(world, after, `after a change killed at ${k}`);
    mustArrive(world, before, `back after a change killed at ${k}`);
  }
  mustLeave(world, before, baseline, 'in the end');
}, 900_000);
