import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Program, processesWith, USERS, type Result } from './program.js';

describe.each(USERS)('a sandbox of %s', (user) => {
  let program: Program;
  let possible: boolean;
  const inside = (name: string, command: string): Result => program.run([`--sandbox=${name}`, 'exec', 'host', '--', 'sh', '-c', command]);

  beforeAll(() => {
    program = new Program(user);
    possible = user === 'root' || program.canUnshare;
  });
  afterAll(() => program.dispose());

  /** Where the user may make no namespaces, only the refusal can be tested. */
  const check = (behaviour: string, body: () => void | Promise<void>): void =>
    it(behaviour, async () => {
      if (possible) await body();
      else expect(inside('refused', 'true').stderr).toContain('[sandbox-refused]');
    });

  check('is started by its first use and is the same one at the second', () => {
    expect(inside('twice', 'ip link add kept0 type veth peer name kept1 && ip netns add kept')).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = inside('twice', 'ip -br link show dev kept0; ip netns list');
    expect(stdout).toMatch(/^kept0@kept1 .*\nkept\n$/);
  });

  const mistakes: readonly (readonly [what: string, args: readonly string[], told: string])[] = [
    ['a file with an error', ['apply', '--yes', 'wrong.yaml'], 'wrong.yaml:2:'],
    ['a file that is not there', ['plan', 'absent.yaml'], 'absent.yaml'],
    ['an option that there is not', ['status', '--bogus'], '--bogus'],
  ];
  it.each(mistakes)('is not started for %s', (_, args, told) => {
    writeFileSync(join(program.folder, 'wrong.yaml'), 'name: wrong\nnodes: { a: { networks: [b] } }\n');
    const { status, stderr } = program.run(['--sandbox=none', ...args]);
    expect(stderr).toContain(told);
    expect(status).toBe(1);
    expect(program.run(['sandbox', 'ls']).stdout).not.toContain('none');
  });

  if (user === 'root')
    check('is entered by a program that is called by a link below /run', () => {
      const call = `mount -t tmpfs tmpfs /run && ln -s $PWD/dist/topo.cjs /run/topo && ${process.execPath} /run/topo --sandbox=linked exec host -- echo inside`;
      expect(program.shell(`unshare -m sh -c '${call}'`)).toMatchObject({ status: 0, stdout: 'inside\n' });
    });

  check('leaves the links, the namespaces and the files of this machine alone', () => {
    const make = 'ip link add br-quiet type bridge && ip netns add quiet && mkdir -p /etc/netns/quiet && echo x >/etc/netns/quiet/hosts';
    expect(inside('quiet', make)).toMatchObject({ status: 0, stderr: '' });
    expect(spawnSync('ip', ['link', 'show', 'br-quiet']).status).not.toBe(0);
    expect(['/run/netns/quiet', '/etc/netns/quiet'].filter((path) => existsSync(path))).toEqual([]);
  });

  check('has lo up, its own processes and root’s rights', () => {
    expect(inside('fresh', 'ping -c1 -W1 127.0.0.1 >/dev/null && id -u && ls -d /proc/[0-9]* | wc -l').stdout).toMatch(/^0\n\d\n$/);
  });

  check('passes the exit status, a death by signal, the working directory and the environment', () => {
    expect(inside('status', 'exit 7').status).toBe(7);
    expect(inside('status', 'kill -KILL $$').status).toBe(137);
    expect(inside('status', 'pwd; echo $TOPO_SANDBOX').stdout).toBe(`${program.folder}\nstatus\n`);
  });

  check('passes signals on to what runs inside', async () => {
    const child = program.start([
      '--sandbox=signals',
      'exec',
      'host',
      '--',
      'sh',
      '-c',
      'trap "exit 3" TERM; echo ready; while :; do sleep 0.02; done',
    ]);
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([3, null]);
  });

  check('is listed, and is gone with all its processes once it is removed', () => {
    const marker = `86${process.pid}${user.length}`;
    inside('doomed', `setsid sleep ${marker} >/dev/null 2>&1 &`);
    expect(program.run(['sandbox', 'ls']).stdout).toMatch(/^doomed +\d+ +\d{4}-/m);
    expect(processesWith(`sleep ${marker}`)).toHaveLength(1);
    expect(program.run(['sandbox', 'rm', 'doomed'])).toMatchObject({ status: 0, stdout: '' });
    expect(processesWith(`sleep ${marker}`)).toHaveLength(0);
    expect(program.run(['sandbox', 'ls']).stdout).not.toContain('doomed');
    expect(existsSync(program.record('doomed'))).toBe(false);
  });

  check('is started once by five who want it at the same time', async () => {
    const children = [1, 2, 3, 4, 5].map(() => program.start(['--sandbox=crowd', 'exec', 'host', '--', 'readlink', '/proc/self/ns/net']));
    const answers = await Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0])));
    expect(new Set(answers).size).toBe(1);
    // The holder and the unshare that waits for it.
    expect(processesWith('topo-sandbox crowd')).toHaveLength(2);
  });

  check('is not taken for a later process of the same number', () => {
    inside('reused', 'true');
    const sandbox = JSON.parse(readFileSync(program.record('reused'), 'utf8')) as { pid: number };
    program.run(['sandbox', 'rm', 'reused']);
    writeFileSync(program.record('reused'), JSON.stringify({ ...sandbox, pid: process.pid, startTime: '1' }));
    expect(program.run(['sandbox', 'ls']).stdout).not.toContain('reused');
    expect(program.run(['sandbox', 'rm', 'reused']).status).toBe(1);
    expect(inside('reused', 'ip netns list')).toMatchObject({ status: 0, stdout: '' });
  });

  check('is started anew when it was killed', () => {
    inside('killed', 'ip netns add old');
    process.kill((JSON.parse(readFileSync(program.record('killed'), 'utf8')) as { pid: number }).pid, 'SIGKILL');
    expect(inside('killed', 'ip netns list')).toMatchObject({ status: 0, stdout: '' });
  });

  check('reverts what is not confirmed, though each command is another process in it', async () => {
    const first = join(program.folder, 'first.yaml');
    const [before, after] = ['a', 'b'].map((node) => `name: held\nnodes: { c: { network_mode: none }, ${node}: { network_mode: none } }\n`);
    writeFileSync(first, before!);
    writeFileSync(join(program.folder, 'second.yaml'), after!);
    expect(program.run(['apply', '--sandbox=confirm', first, '--yes', '--quiet'])).toMatchObject({ status: 0 });
    const changed = program.run(['apply', '--sandbox=confirm', 'second.yaml', '--yes', '--quiet', '--confirm', '1s']);
    expect(changed).toMatchObject({ status: 0, stderr: expect.stringMatching(/topo --sandbox=\w+ confirm --lab held/) });
    const A = 'held.a\nheld.c\n';
    const names = (): string => inside('confirm', 'ls /run/netns').stdout;
    for (const latest = Date.now() + 15_000; names() !== A && Date.now() < latest;) await sleep(100);
    expect(names()).toBe(A);
    const again = program.run(['apply', '--sandbox=confirm', 'second.yaml', '--yes', '--quiet', '--confirm', '10m']);
    expect(again).toMatchObject({ status: 0 });
    expect(program.run(['confirm', '--sandbox=confirm', '--lab', 'held'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Confirmed'),
    });
    expect(names()).toContain('held.b');
  });

  check('holds a lab', () => {
    expect(program.run(['apply', '--sandbox=lab', 'examples/first-lab', '--yes', '--quiet'])).toMatchObject({ status: 0 });
    expect(program.run(['exec', 'client', '--sandbox=lab', '--', 'ping', '-c1', '-W2', '10.20.2.80']).status).toBe(0);
    expect(program.run(['plan', 'examples/first-lab', '--sandbox=lab', '--detailed-exitcode']).status).toBe(0);
  });
});

describe('sandbox rm', () => {
  it('says that there is no such sandbox', () => {
    const program = new Program(USERS[0]);
    expect(program.run(['sandbox', 'rm', 'nobody-made-it'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('there is no sandbox "nobody-made-it"'),
    });
    program.dispose();
  });
});
