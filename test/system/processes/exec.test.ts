/** `exec`: commands that are run once in a node. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPO, World } from '../world.js';
import { lab, running } from './lab.js';

let world: World;
let runs: string;
beforeEach(async () => {
  world = await World.create();
  runs = `${world.directory}/runs`;
  world.file('runs', '');
});
afterEach(() => world.dispose());

const write = (...lines: readonly string[]): string => world.file('topo.yaml', lab(...lines));
const done = (): string => world.must(`cat ${runs}`);

describe('a command of exec', () => {
  it('is run once, and again when it is changed; removing it does nothing', () => {
    write(`exec: ["echo one >>${runs}"]`);
    expect(world.mustTopo('plan')).toContain(`+ exec echo one >>${runs} in p.a`);
    world.mustTopo('apply', '-y');
    expect(world.mustTopo('plan')).toContain('No changes.');
    world.mustTopo('apply', '-y');
    expect(done()).toBe('one\n');
    write(`exec: ["echo two >>${runs}"]`);
    world.mustTopo('apply', '-y');
    write('exec: []');
    world.mustTopo('apply', '-y');
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(done()).toBe('one\ntwo\n');
  });

  it('is run again in a node that was made anew', () => {
    write(`exec: ["echo one >>${runs}"]`);
    world.mustTopo('apply', '-y');
    world.must('ip netns delete p.a');
    world.mustTopo('apply', '-y');
    expect(done()).toBe('one\none\n');
  });

  it('is run once in the host’s namespace as well, for each lab, and is forgotten with the lab', () => {
    const before = world.snapshot();
    const hostLab = (name: string): string =>
      world.file(
        `${name}.yaml`,
        `name: ${name}\nnodes:\n  a: { network_mode: host, exec: ["echo ${name} $$(readlink /proc/self/ns/net) >>${runs}"] }\n`,
      );
    const [one, two] = [hostLab('one'), hostLab('two')];
    const namespace = world.must('readlink /proc/self/ns/net').trim();
    for (const file of [one, two, one]) world.mustTopo('apply', '-y', file);
    expect(done()).toBe(`one ${namespace}\ntwo ${namespace}\n`);
    for (const file of [one, two]) expect(world.mustTopo('plan', file)).toContain('No changes.');
    world.mustTopo('destroy', '-y', one);
    expect(world.mustTopo('plan', two)).toContain('No changes.');
    world.mustTopo('apply', '-y', one);
    expect(done()).toBe(`one ${namespace}\ntwo ${namespace}\none ${namespace}\n`);
    // As a script, from nothing.
    world.mustTopo('destroy', '-y', one);
    world.file('script.sh', world.mustTopo('plan', '--format', 'shell', one));
    world.must('sh -e script.sh');
    expect(world.mustTopo('plan', one)).toContain('No changes.');
    for (const file of [one, two]) world.mustTopo('destroy', '-y', file);
    expect(world.snapshot()).toBe(before);
  });

  it('comes behind run and in the order of the file, the same one twice', () => {
    const server = 'exec python3 -m http.server 80';
    write(
      `run: ["${server}"]`,
      'exec:',
      `  - "curl -s --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null -w 'got %{http_code}' localhost"`,
      `  - echo x >>${runs}`,
      `  - echo y >>${runs}`,
      `  - echo x >>${runs}`,
    );
    expect(world.topo(['apply', '-y']).stderr).toContain('    got 200\n');
    expect(done()).toBe('x\ny\nx\n');
  });

  it('has its output shown, as events too, but not where the program is to be quiet', () => {
    write('exec: ["echo out; echo err >&2"]');
    const { stdout } = world.topo(['apply', '-y', '--json']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; line?: string; id?: string });
    expect(events.filter(({ type }) => type === 'output').map(({ line }) => line)).toEqual(['out', 'err']);
    world.mustTopo('destroy', '-y');
    expect(world.topo(['--quiet', 'apply', '-y'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('that fails fails the apply, with its status, its output and its line; those behind it wait', () => {
    write('exec:', '  - "echo it is broken; exit 3"', `  - echo behind >>${runs}`);
    const { status, stdout, stderr } = world.topo(['apply', '-y', '--on-error', 'stop']);
    expect(status).toBe(1);
    expect(stderr).toContain('it exited with status 3: it is broken');
    expect(stderr).toContain('topo.yaml:5');
    expect(stdout).toContain('Apply failed.');
    expect(done()).toBe('');
    write('exec:', '  - "true"', `  - echo behind >>${runs}`);
    world.mustTopo('apply', '-y');
    expect(done()).toBe('behind\n');
  });

  it.each([
    ['env and cwd', '{ command: "echo $$A $$PWD", env: { A: b }, cwd: /usr }', '    b /usr\n'],
    ['a list of words', '{ command: [echo, "$$HOME", 1] }', '    $HOME 1\n'],
  ])('takes %s', (_name, entry, output) => {
    write('exec:', `  - ${entry}`);
    expect(world.topo(['apply', '-y']).stderr).toContain(output);
  });

  it('leaves nothing running behind it', () => {
    write('exec: ["setsid -f sleep 4003 >/dev/null 2>&1; sleep 0.1"]');
    world.mustTopo('apply', '-y');
    expect(running(world, 'sleep 4003')).toEqual([]);
  });

  it.each([
    ['SIGINT', 130, 'to topo alone', 'kill -INT $pid'],
    ['SIGTERM', 143, 'to topo alone', 'kill -TERM $pid'],
    ['SIGINT', 130, 'as a terminal sends it, to all of the group', 'env kill -INT -- -$pid'],
  ])('is ended by %s (status %s, %s), and run again by the next apply', (signal, expected, _how, kill) => {
    write('exec:', `  - "trap 'echo asked >>${runs}; exit 1' TERM; echo begun >>${runs}; sleep 30 & wait"`, `  - echo behind >>${runs}`);
    const apply = `${process.execPath} ${TOPO} apply -y`;
    const { status, stdout, stderr } = world.sh(
      `setsid ${apply} & pid=$!; until grep -q begun ${runs}; do sleep 0.02; done; ${kill}; wait $pid`,
    );
    expect(status).toBe(expected);
    expect(stderr).toContain(`Interrupted by ${signal}. Not done:`);
    expect(stderr).toMatch(/exec trap 'echo asked[^]*exec echo behind/);
    expect(stdout).toContain('Apply interrupted.');
    expect(done()).toBe('begun\nasked\n');
    expect(running(world, 'sleep 30')).toEqual([]);
    expect(world.mustTopo('plan')).toContain('Plan: 2 to add, 0 to change, 0 to destroy.');
    write('exec:', `  - echo behind >>${runs}`);
    world.mustTopo('apply', '-y');
    expect(done()).toBe('begun\nasked\nbehind\n');
  });

  it('that does not hear SIGTERM is killed two seconds later', () => {
    write('exec:', `  - "trap : TERM; echo begun >>${runs}; while :; do sleep 0.1; done"`);
    const start = performance.now();
    const { status } = world.sh(
      `${process.execPath} ${TOPO} apply -y & pid=$!; until grep -q begun ${runs}; do sleep 0.02; done; kill -TERM $pid; wait $pid`,
    );
    expect(status).toBe(143);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(running(world, 'while :')).toEqual([]);
  });

  it('ends with a program that was killed', async () => {
    write(`exec: ["echo begun >>${runs}; sleep 2; echo ended >>${runs}"]`);
    const apply = world.later(null, `${process.execPath} ${process.cwd()}/dist/topo.cjs apply -y`);
    world.must(`until grep -q begun ${runs}; do sleep 0.02; done; pkill -KILL -f 'topo.cjs appl[y]'; sleep 2.2`);
    await apply;
    expect(done()).toBe('begun\n');
  });
});
