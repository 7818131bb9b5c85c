/** `run`: commands that are kept running in a node. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPO, World } from '../world.js';
import { lab, records, running, until } from './lab.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const apply = (...lines: readonly string[]): void => {
  world.file('topo.yaml', lab(...lines));
  world.mustTopo('apply', '-y');
};
const plan = (): string => world.mustTopo('plan');

describe('a command of run', () => {
  it('answers in the node, and a plan right after has nothing to do', () => {
    apply('run: ["exec python3 -m http.server 80"]');
    until(world, 'ip netns exec p.a curl -sf -o /dev/null http://127.0.0.1/');
    expect(world.in('p.b', 'curl -s -m 1 http://127.0.0.1/').status).not.toBe(0);
    expect(plan()).toContain('No changes.');
  });

  it('is drift when it was killed, told in the plan and in status, and the next apply starts it again', () => {
    apply('run: ["sleep 1000"]');
    world.must('pkill -KILL -x sleep');
    until(world, 'test -s /run/topo/run/p/a/sleep/exit');
    expect(plan()).toContain('~ process sleep in p.a');
    expect(plan()).toContain('state: "killed by SIGKILL" -> running');
    expect(world.topo(['status'])).toMatchObject({ status: 1, stdout: expect.stringMatching(/drifted +process sleep in p\.a \(ended /) });
    world.mustTopo('apply', '-y');
    expect(running(world, 'sleep 1000')).toEqual(expect.arrayContaining(['sleep 1000']));
    expect(plan()).toContain('No changes.');
  });

  it('that ended by itself is told with its status', () => {
    apply('run: ["sleep 0.3; exit 7"]');
    until(world, 'test -s /run/topo/run/p/a/sleep/exit');
    expect(plan()).toContain('state: "exited with status 7" -> running');
  });

  it.each(['unshare', 'sh -c eval'])('has ended when what holds it (%s) was killed', (holder) => {
    apply('run: [{command: [sleep, "1000"]}]');
    world.must(`pkill -KILL -f '^${holder}'`);
    until(world, '! pgrep -f "^sleep 1000" >/dev/null');
    expect(plan()).toContain('-> running');
    world.mustTopo('apply', '-y');
    expect(running(world, 'sleep 1000')).toEqual(['sleep 1000']);
  });

  it('is restarted when it is changed, and no other is', () => {
    const other = '{command: [sleep, "3000"], name: other}';
    apply(`run: [{command: [sleep, "1000"], name: one}, ${other}]`);
    const before = world.must('cat /run/topo/run/p/a/other/pid');
    world.file('topo.yaml', lab(`run: [{command: [sleep, "2000"], name: one}, ${other}]`));
    expect(plan()).toContain('command: [sleep, 1000] -> [sleep, 2000]  # forces replacement');
    world.mustTopo('apply', '-y');
    expect(running(world, 'sleep').sort()).toEqual(['sleep 2000', 'sleep 3000']);
    expect(world.must('cat /run/topo/run/p/a/other/pid')).toBe(before);
  });

  it.each([
    ['env', 'env: {GREETING: "it\'s me", N: 3}', 'echo "$$GREETING $$N"', "it's me 3"],
    ['cwd', 'cwd: /usr/bin', 'pwd', '/usr/bin'],
    ['names of lab and node', 'env: {}', 'echo $$TOPO_LAB $$TOPO_NODE', 'p a'],
    ['nothing of the environment of apply', 'env: {}', 'echo "[$$SECRET]"', '[]'],
  ])('gets %s', (_name, setting, command, said) => {
    world.file('topo.yaml', lab('run:', `  - { name: x, ${setting}, command: '${command}; exec sleep 1000' }`));
    expect(world.topo(['apply', '-y'], { SECRET: 'no' }).status).toBe(0);
    expect(world.mustTopo('logs', 'a')).toBe(`${said}\n`);
    expect(plan()).toContain('No changes.');
  });

  it('runs as the user, or says why it cannot', () => {
    world.file('topo.yaml', lab('run: [{ name: x, user: nobody, command: "id -un; exec sleep 1000" }]'));
    const { status, stderr } = world.topo(['apply', '-y']);
    if (process.getuid?.() === 0) expect(world.mustTopo('logs', 'a')).toBe('nobody\n');
    else expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('nobody can be user') });
  });

  it('shows its environment to nobody in the list of processes', () => {
    apply('run: [{ name: x, env: { PASSWORD: hunter2 }, command: [sleep, "1000"] }]');
    expect(world.must('ps -eo args')).not.toContain('hunter2');
    expect(world.must('stat -c %a /run/topo/run/p/a/x/command /run/topo/run/p/a/x/definition.json')).toBe('600\n600\n');
  });

  it.each([
    ['there is no such program', '{ name: x, command: [no-such-program] }', 'no-such-program'],
    ['there is no such folder', '{ name: x, cwd: /no/such, command: [sleep, "1"] }', 'there is no folder /no/such'],
    ['there is no such user', '{ name: x, user: no-such-user, command: [sleep, "1"] }', 'there is no user no-such-user'],
    ['it ends at once', '"echo it is broken; exit 4"', 'it ended at once with status 4: it is broken'],
  ])('fails the apply with its line where %s', (_name, entry, message) => {
    world.file('topo.yaml', lab('run:', `  - ${entry}`));
    const { status, stderr } = world.topo(['apply', '-y']);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('topo.yaml:5');
    expect(running(world, 'no-such')).toEqual([]);
  });

  it('takes along what it has started when it is removed, daemons too', () => {
    apply(
      'run: [{ name: x, command: "setsid sleep 4000 & setsid -f sh -c \'trap : TERM; while :; do sleep 4001; done\'; exec sleep 4002" }]',
    );
    until(world, 'test $(pgrep -fc "^sleep 400[012]") = 3');
    apply('run: []');
    expect(running(world, 'sleep 400')).toEqual([]);
    expect(records(world)).toBe('');
  });

  it('gets SIGTERM first, and may put its things in order', () => {
    const file = `${world.directory}/bye`;
    apply(`run: [{ name: x, command: "trap 'echo bye >${file}; exit' TERM; while :; do sleep 0.1; done" }]`);
    apply('run: []');
    expect(world.must(`cat ${file}`)).toBe('bye\n');
  });

  it('goes with its node, before the namespace, and leaves nothing', () => {
    apply('run: ["sleep 1000"]');
    world.file('topo.yaml', 'name: p\nnodes: { b: {} }\n');
    const result = world.topo(['apply', '-y']);
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('Apply complete!') });
    expect(running(world, 'sleep 1000')).toEqual([]);
    expect(records(world)).toBe('');
  });

  it('is ended by destroy without a file, even where its namespace has lost its name', () => {
    apply('run: ["sleep 1000"]');
    world.must('ip netns delete p.a; ip netns delete p.b');
    expect(world.mustTopo('list')).toMatch(/^p +0 +0$/m);
    world.mustTopo('destroy', '-y', '--lab', 'p');
    expect(world.mustTopo('list')).toContain('No labs');
    expect(running(world, 'sleep 1000')).toEqual([]);
    expect(records(world)).toBe('');
  });

  it('is started in the new namespace where somebody has deleted the one it was in', () => {
    apply('run: ["exec python3 -m http.server 80"]');
    world.must('ip netns delete p.a');
    expect(plan()).toContain('state: "running in a namespace that has lost its name" -> running');
    world.mustTopo('apply', '-y');
    until(world, 'ip netns exec p.a curl -sf -o /dev/null http://127.0.0.1/');
    expect(running(world, 'python3 -m http.server 80')).toHaveLength(1);
  });

  it('is not taken for another process that has its number', () => {
    apply('run: [{ name: x, command: [sleep, "1000"] }]');
    world.must('pkill -KILL -f ^unshare; sleep 0.1');
    world.must('setsid sleep 5000 >/dev/null 2>&1 & echo "$! 1" >/run/topo/run/p/a/x/pid');
    world.mustTopo('destroy', '-y', '--lab', 'p');
    expect(running(world, 'sleep')).toEqual(['sleep 5000']);
  });

  it('finds the names that its node knows', () => {
    const run = 'run: [{ name: x, command: "getent hosts b; exec sleep 1000" }]';
    world.file(
      'topo.yaml',
      `name: p\nnetworks: { n: {} }\nnodes:\n  a: { networks: [n], ${run} }\n  b: { networks: { n: { aliases: [b.p] } } }\n`,
    );
    world.mustTopo('apply', '-y');
    expect(world.mustTopo('logs', 'a')).toMatch(/^10\..* b/);
  });
});

describe('topo logs', () => {
  it('gives the last lines of each, with names where there are several', () => {
    apply('run:', '  - { name: one, command: "seq 5; exec sleep 1000" }', '  - { name: two, command: "echo x; exec sleep 1000" }');
    expect(world.mustTopo('logs', 'a', '--tail', '2')).toBe('one | 4\none | 5\ntwo | x\n');
    expect(world.mustTopo('logs', 'p.a', '--name', 'two')).toBe('x\n');
    expect(world.topo(['logs', 'a', '--name', 'tow'])).toMatchObject({ status: 1, stderr: expect.stringContaining('did you mean "two"?') });
    expect(world.topo(['logs', 'b'])).toMatchObject({ status: 1, stderr: expect.stringContaining('no-processes') });
  });

  it('keeps what was written before a restart, and -f goes on over it', async () => {
    apply('run: [{ name: x, command: "echo begins; exec sleep 1000" }]');
    const follower = world.later(null, `timeout -s INT 3 ${process.execPath} ${TOPO} logs -f a`);
    world.must('sleep 0.5; pkill -KILL -x sleep; sleep 0.2');
    world.mustTopo('apply', '-y');
    const { stdout } = await follower;
    expect(stdout.match(/begins/g)).toHaveLength(2);
  });
});
