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

/** Hears SIGTERM, and is killed two seconds later. */
const DEAF = (file: string): string => `trap 'echo asked >>${file}' TERM; echo begun >>${file}; while :; do sleep 0.1; done`;

describe('of a destroy while it waits for a process that hears SIGTERM and does not end', () => {
  beforeEach(() => {
    write(`run: [{ name: deaf, command: "${DEAF(runs)}" }]`);
    world.mustTopo('apply', '--yes', '--quiet');
    world.must(`until grep -q begun ${runs}; do sleep 0.02; done`);
  });

  it('one signal: what is in flight is ended, what is left is said', () => {
    const { status, stderr } = signalled('destroy -y --on-error stop', ['asked', 'INT']);
    expect(status).toBe(130);
    expect(stderr).toMatch(/Interrupted by SIGINT\. Not done:\n( {2}- .*\n)+/);
    expect(running(world, 'while :')).toEqual([]);
    expect(world.must('ls /run/netns')).toBe('p.a\np.b\n');
    world.mustTopo('destroy', '--yes');
    expect(world.snapshot()).toBe(baseline);
  });

  it('two signals: it ends at once, and the next destroy arrives', () => {
    const { status, stderr } = signalled('destroy -y', ['asked', 'INT'], ['asked', 'INT']);
    expect(status).toBe(130);
    expect(stderr).toContain('Stopped in the middle by a second SIGINT.');
    // It was not waited for.
    expect(running(world, 'while :')).not.toEqual([]);
    world.mustTopo('destroy', '--yes', '--lock-timeout', '0s');
    expect(running(world, 'while :')).toEqual([]);
    expect(records(world)).toBe('');
    expect(world.snapshot()).toBe(baseline);
  });
});

it('two signals while a namespace is held by somebody else’s process: it ends at once', () => {
  write('{}');
  world.mustTopo('apply', '--yes', '--quiet');
  world.must(`ip netns exec p.a setsid sleep 100041 >/dev/null 2>&1 & echo begun >>${runs}`);
  const names = 'until ! [ -e /run/netns/p.a ] || ! kill -0 $pid; do sleep 0.02; done; sleep 0.1';
  const { status, stderr } = world.sh(
    `${command('destroy', '-y')} & pid=$!; ${names}; kill -INT $pid; sleep 0.4; kill -INT $pid; wait $pid`,
  );
  expect({ status, stderr }).toMatchObject({ status: 130, stderr: expect.stringContaining('Stopped in the middle by a second SIGINT.') });
  world.must('pkill -f "^sleep 100041"');
  world.mustTopo('destroy', '--yes');
});

it('Ctrl-C, which the whole group of the terminal gets, breaks nothing that is being started', () => {
  // While the first of them runs already, the others are being started.
  const many = Array.from({ length: 60 }, (_, i) => `  - { name: p${i}, command: "echo begun >>${runs}; exec sleep 1005" }`);
  write('run:', ...many, 'exec: ["exec sleep 30"]');
  // A group of its own, as a shell gives each command.
  const { status, stderr } = world.sh(
    `setsid sh -c 'echo $$ >pid; exec ${command('apply', '-y').replaceAll("'", '"')}' & until grep -q begun ${runs}; do sleep 0.02; done; kill -INT -$(cat pid); wait $!`,
  );
  expect({ status, stderr }).toMatchObject({ status: 130, stderr: expect.stringContaining('Interrupted by SIGINT. Not done:') });
  expect(stderr).not.toContain('error');
  expect(running(world, 'sleep 1005')).toHaveLength(60);
  world.mustTopo('destroy', '--yes');
});
