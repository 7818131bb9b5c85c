/** Mutants that are still good, on a kernel: applied, nothing is left to plan, and destroyed, nothing is left. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from '../../system/world.js';
import { changesOf, type PlanDocument, type PlannedAction } from '../../system/promises/program.js';
import { tried } from '../../conformance/tried.js';
import { DRAWN, LONG, SEED } from '../../thoroughness.js';
import { judge } from './judge.js';
import { mutate, type Seed } from './mutate.js';
import { Random } from './random.js';
import { seeds } from './seeds.js';

const COUNT = LONG ? 2000 : 20;
const LIMIT_KIB = 500 * 1024;

let world: World;
let baseline: string;
beforeAll(async () => {
  world = await World.create();
  // Memory is told by the program itself, as it ends.
  world.file('memory.cjs', "process.on('exit', () => require('fs').writeFileSync('memory', String(process.resourceUsage().maxRSS)));\n");
  world.must('ip link add eth0 type dummy 2>/dev/null || ip link add eth0 type veth peer name far0; ip link set eth0 up');
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

/** Of what a machine without containers and others' namespaces can have; routing daemons, which take their time, in a long run. */
const unusable = LONG ? /image:|container:|external/ : /image:|container:|external|routing:|calico|flannel/;
const usable = (seed: Seed): boolean => !unusable.test(seed.text);

/** What a second apply would do; a command that the mutation has spoiled may end soon after the first. */
function differences(): readonly string[] {
  const { status, stdout, stderr } = world.topo(['plan', '--json'], { SUBNET: '10.50.0.0/24' });
  if (status !== 0) return [stderr];
  const hasEnded = ({ id, fields }: PlannedAction): boolean => id.startsWith('process:') && fields.every(({ field }) => field === 'state');
  return changesOf({ actions: (JSON.parse(stdout) as PlanDocument).actions.filter((action) => !hasEnded(action)) });
}

/** One line, so that a report of it can be made again. */
const shown = (text: string): string => JSON.stringify(text.slice(0, 3000));

it(`mutants that are accepted are made, are all there, and go without a trace (${DRAWN})`, async () => {
  const all = seeds().filter(usable);
  tried(COUNT);
  let done = 0;
  for (let i = 0; done < COUNT && i < COUNT * 100; i++) {
    const random = new Random(SEED * 3_000_017 + i);
    const mutant = mutate(random.pick(all), all, random);
    const verdict = await judge(mutant.text);
    if (!verdict.accepted || (verdict.state?.resources.size ?? 0) < 2 || (verdict.state?.resources.size ?? 0) > 150) continue;
    world.file('topo.yaml', mutant.text);
    const context = `mutant ${i}: ${shown(mutant.text)}`;
    const { status, stderr } = world.topo(['apply', '--yes'], { PATH: '/usr/bin:/usr/sbin:/bin:/sbin', SUBNET: '10.50.0.0/24' });
    expect([context, stderr]).not.toEqual([context, expect.stringMatching(/should not have happened|^ +at .*\(/m)]);
    if (status === 0) expect([context, differences()]).toEqual([context, []]);
    // What only this kernel refuses, it refuses with its own words, and at its place.
    else expect([context, stderr]).toEqual([context, expect.stringMatching(/topo\.yaml:\d+:\d+/)]);
    world.mustTopo('destroy', '--yes');
    expect([context, world.snapshot()]).toEqual([context, baseline]);
    done += 1;
  }
  expect(done).toBe(COUNT);
}, 3_600_000);

it(`mutants that are refused are refused by the program too: status 1, a place, no stack trace, and little memory (${DRAWN})`, () => {
  const all = seeds();
  for (let i = 0; i < COUNT; i++) {
    const random = new Random(SEED * 5_000_011 + i);
    const mutant = mutate(random.pick(all), all, random);
    const file = world.file('mutant.yaml', mutant.text);
    const { status, stdout, stderr } = world.topo(['validate', 'mutant.yaml'], { NODE_OPTIONS: '--require ./memory.cjs' });
    const context = `mutant ${i}: ${shown(mutant.text)}`;
    expect([context, [0, 1].includes(status)]).toEqual([context, true]);
    if (status === 1) expect([context, stderr]).toEqual([context, expect.stringMatching(/^mutant\.yaml:\d+:\d+: error/)]);
    expect([context, stdout + stderr]).not.toEqual([context, expect.stringMatching(/should not have happened|^ +at .*\(/m)]);
    const memory = join(world.directory, 'memory');
    expect(existsSync(file) && Number(readFileSync(memory, 'utf8'))).toBeLessThan(LIMIT_KIB);
  }
}, 3_600_000);
