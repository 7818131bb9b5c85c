/** Whatever somebody does by hand, one thing after the other and while the last is still put right: in the end all is as the file says. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG, SEED } from '../../thoroughness.js';
import { EVERY_KIND } from '../promises/every-kind.js';
import { anyDrift, commandsOf } from '../promises/any-state/drift.js';
import { comparable, differences } from '../promises/any-state/lab-machine.js';
import { moment, settled } from '../promises/machine.js';
import { World } from '../world.js';
import { Watcher } from './watcher.js';

/** How long somebody is at it. */
const MILLISECONDS = LONG ? 60_000 : 10_000;
/** What was not put right in three attempts is left alone for a minute at most. */
const DEADLINE_MS = 150_000;

let world: World;
let watcher: Watcher;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  world.file('topo.yaml', EVERY_KIND);
  world.mustTopo('apply', '--yes');
}, 60_000);
afterAll(() => world.dispose());

const shown = (): readonly string[] => comparable({ ...moment(world, 'brief'), processes: [] });

it(`ends in sync, and as it was (${DRAWN})`, async () => {
  await settled(world);
  const before = shown();
  watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
  const steps = fc.sample(fc.tuple(anyDrift, fc.nat(400)), { numRuns: 1000, seed: SEED });
  const until = performance.now() + MILLISECONDS;
  const done: string[] = [];
  for (const [drift, pause] of steps) {
    if (performance.now() > until) break;
    const commands = commandsOf(drift, moment(world, 'brief').picture);
    // What has gone in the meantime cannot be changed.
    world.sh(commands.join('; '));
    done.push(...commands);
    await sleep(pause);
  }
  tried(done.length);
  const deadline = performance.now() + DEADLINE_MS;
  for (let [text, plan] = ['', '']; ;) {
    plan = world.topo(['plan']).stdout;
    text = differences(before, shown());
    if (text === '' && plan.includes('No changes.')) break;
    if (performance.now() > deadline)
      throw new Error(`${done.join('\n')}\n\n${text}\n${plan}\n${JSON.stringify(watcher.told.slice(-5))}\n${watcher.errors}`);
    await sleep(200);
  }
  expect(watcher.told.some(({ type }) => type === 'repair')).toBe(true);
  expect(watcher.errors).toBe('');
  expect(await watcher.end()).toBe(143);
}, 400_000);
