/** A second SIGINT stops the program wherever it is; the next apply arrives (GUARANTEES.md, G4). */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lab, records, running } from '../processes/lab.js';
import { World } from '../world.js';
import { command } from './program.js';

let world: World;
let runs: string;
let baseline: string;
beforeEach(async () => {
  world = await World.create();
  runs = world.file('runs', '');
  baseline = world.snapshot();
});
afterEach(() => world.dispose());

const write = (...lines: readonly string[]): string => world.file('topo.yaml', lab(...lines));

/** Hears SIGTERM, and does not end. */
const STUBBORN = (file: string): string => `  - "trap 'echo asked >>${file}' TERM; echo begun >>${file}; while :; do sleep 0.1; done"`;

/** Runs topo, and sends it signals, each when the line before it is in the file. */
function signalled(args: string, ...steps: readonly (readonly [line: string, signal: string])[]) {
  const sends = steps.map(([line, signal]) => `until grep -q ${line} ${runs} || ! kill -0 $pid; do sleep 0.02; done; kill -${signal} $pid`);
  // Longer than what counts as one key.
  return world.sh(`${command(...args.split(' '))} & pid=$!; ${sends.join('; sleep 0.4; ')}; wait $pid`);
}

describe.each([
  ['INT', 130],
  ['TERM', 143],
])('SIG%s, and SIGINT', (first, expected) => {
  it('end an apply while its command is asked to end: it says what is left, and the next apply arrives', () => {
    write('run: ["exec sleep 1005"]', 'exec:', STUBBORN(runs), `  - echo behind >>${runs}`);
    const { status, stdout, stderr } = signalled('apply -y', ['begun', first], ['asked', 'INT']);
    expect(status).toBe(expected);
    expect(stderr).toContain('Stopped in the middle by a second SIGINT. Not done, or half done:\n  + exec trap');
    expect(stderr).toContain('  + exec echo behind');
    expect(stdout).toMatch(
      /Apply interrupted\. Resources: \d+ added, 0 changed, 0 destroyed, 2 not done\. Running it again goes on from here\./,
    );
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(running(world, 'while :')).toEqual([]);
    write('run: ["exec sleep 1005"]', 'exec:', `  - echo behind >>${runs}`);
    world.mustTopo('apply', '--yes', '--quiet', '--lock-timeout', '0s');
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes.');
    expect(running(world, 'sleep 1005')).toEqual(['sleep 1005']);
    world.mustTopo('destroy', '--yes');
    expect(records(world)).toBe('');
    expect(world.snapshot()).toBe(baseline);
  });
});

it('as events: what is left, and a summary behind it', () => {
  write('exec:', STUBBORN(runs));
  const { status, stdout } = signalled('apply -y --json', ['begun', 'INT'], ['asked', 'INT']);
  expect(status).toBe(130);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  expect(events.slice(-2)).toMatchObject([
    { type: 'interrupted', signal: 'SIGINT', atOnce: true, unfinished: [{ action: 'create' }] },
    { type: 'summary', outcome: 'interrupted', unfinished: [{ action: 'create' }] },
  ]);
});

it('twice at once is one: what passes a key on is no second one', () => {
  write('exec:', `  - "trap 'echo asked >>${runs}; sleep 0.5; exit 1' TERM; echo begun >>${runs}; sleep 30 & wait"`);
  const { status, stderr } = world.sh(
    `${command('apply', '-y')} & pid=$!; until grep -q begun ${runs}; do sleep 0.02; done; kill -INT $pid; sleep 0.05; kill -INT $pid; wait $pid`,
  );
  expect(status).toBe(130);
  expect(stderr).toContain('Interrupted by SIGINT. Not done:');
  expect(world.must(`cat ${runs}`)).toBe('begun\nasked\n');
});

it('one signal while what a node runs is started: that is there, what comes behind it is not done', () => {
  write(`run: ["echo begun >>${runs}; exec sleep 1005"]`, 'exec: ["exec sleep 30"]');
  const { status, stderr } = signalled('apply -y', ['begun', 'INT']);
  expect(status).toBe(130);
  expect(stderr).toContain('Interrupted by SIGINT. Not done:\n  + exec exec sleep 30');
  expect(running(world, 'sleep 1005')).toEqual(['sleep 1005']);
  expect(running(world, 'sleep 30')).toEqual([]);
});
