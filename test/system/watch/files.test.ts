/** Files that change, come and go, and the commit that is checked out. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { picture, settled } from '../promises/machine.js';
import { TOPO, World } from '../world.js';
import { differences, eventually, Watcher } from './watcher.js';

const lab = (name: string, net: number, nodes = ['a', 'b']): string =>
  [
    `name: ${name}`,
    `networks: { n: { subnet: 10.${net}.0.0/24 } }`,
    'nodes:',
    ...nodes.map((node) => `  ${node}: { networks: [n] }`),
    '',
  ].join('\n');

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const labs = (): readonly string[] =>
  (JSON.parse(world.mustTopo('list', '--json')) as { labs: readonly { lab: string }[] }).labs.map((one) => one.lab).sort();

describe('without --repair', () => {
  it('tells what differs and what a file asks for, and changes nothing', async () => {
    world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
    world.file('topo.yaml', lab('one', 61));
    world.mustTopo('apply', '--yes');
    const watcher = await Watcher.start(world, []);
    await watcher.until('in-sync');
    const before = await settled(world);
    world.must('ip -n one.a link set eth0 mtu 1400');
    expect(await watcher.until('drift')).toMatchObject({ lab: 'one', cause: 'kernel', objects: [{ status: 'drifted', at: { line: 4 } }] });
    world.must('ip -n one.a link set eth0 mtu 1500');
    await watcher.until('in-sync');
    expect(picture(world)).toEqual(before);
    world.file('topo.yaml', lab('one', 61, ['a', 'b', 'c']));
    await watcher.until('file', ({ state }) => state === 'changed');
    const pending = await watcher.until('drift');
    expect(pending).toMatchObject({ cause: 'file' });
    expect(differences(pending)).toContain('+ netns:one.c');
    world.file('topo.yaml', lab('one', 61));
    await watcher.until('in-sync');
    expect(picture(world)).toEqual(before);
    expect(await watcher.end('INT')).toBe(130);
    expect(watcher.told.at(-1)).toMatchObject({ type: 'stopped', signal: 'SIGINT' });
  });

  it('ends when there is something to tell and nobody reads any more', () => {
    world.file('topo.yaml', lab('one', 61));
    world.mustTopo('apply', '--yes');
    const script = `
      for i in $(seq 60); do sleep 0.4; ip -n one.a link set eth0 mtu 14$((i % 2))0; done &
      timeout 25 ${process.execPath} ${TOPO} watch | head -n 1
      status=\${PIPESTATUS[0]}
      kill %1
      exit $status`;
    expect(world.sh(`bash ${world.file('script', script)}`)).toMatchObject({ status: 0, stdout: expect.stringMatching(/watching one/) });
  });

  it('refuses a file that is wrong from the start, and --prune', () => {
    world.file('topo.yaml', 'name: [');
    expect(world.topo(['watch'])).toMatchObject({ status: 1, stderr: expect.stringContaining('topo.yaml:1') });
    expect(world.topo(['watch', 'nowhere.yaml'])).toMatchObject({ status: 1, stderr: expect.stringContaining('nowhere.yaml') });
    expect(world.topo(['watch', '--prune'])).toMatchObject({ status: 1, stderr: expect.stringContaining('--repair') });
    for (const address of ['0.0.0.0:9', '10.0.0.1:9', 'localhost:9', '127.0.0.1:99999', '127.0.0.999:9', '9'])
      expect(world.topo(['watch', '--metrics-listen', address])).toMatchObject({ status: 1, stderr: expect.stringContaining('loopback') });
  });
});

describe('with --repair', () => {
  it('does what a file asks for, goes on with the last that was valid, and does what SIGHUP asks for', async () => {
    world.file('topo.yaml', lab('one', 61));
    const watcher = await Watcher.start(world, ['--repair']);
    await watcher.until('in-sync');
    world.file('topo.yaml', lab('one', 61, ['a', 'c']));
    await watcher.until('repair', ({ outcome }) => outcome === 'complete');
    await watcher.until('in-sync');
    expect(world.must('ls /run/netns')).toBe('one.a\none.c\n');
    world.file('topo.yaml', 'name: one\nnodes: {a: {networks: [}\n');
    expect(await watcher.until('file')).toMatchObject({
      lab: 'one',
      state: 'invalid',
      diagnostics: [{ severity: 'error', file: 'topo.yaml', line: 2 }],
    });
    world.must('ip netns del one.c');
    await watcher.until('drift', (event) => differences(event).includes('+ netns:one.c'));
    await watcher.until('in-sync');
    rmSync(join(world.directory, 'topo.yaml'));
    expect(await watcher.until('file')).toMatchObject({ lab: 'one', state: 'missing' });
    expect(labs()).toEqual(['one']);
    world.file('topo.yaml', lab('one', 61, ['a']));
    await watcher.until('repair');
    await watcher.until('in-sync');
    expect(world.must('ls /run/netns')).toBe('one.a\n');
    // Nothing announces it.
    world.must('ip netns exec one.a sysctl -qw net.ipv4.conf.eth0.arp_filter=1');
    watcher.signal('HUP');
    await eventually(
      () => world.topo(['status', '--quiet']).status === 0,
      () => world.mustTopo('plan'),
    );
    expect(await watcher.end()).toBe(143);
    expect(watcher.errors).toBe('');
  });

  it('keeps every lab of a directory, leaves one whose file has gone, and has no more to do with it', async () => {
    world.must('mkdir labs');
    world.file('labs/one.topo.yaml', lab('one', 61));
    const watcher = await Watcher.start(world, ['labs', '--repair']);
    await watcher.until('in-sync', (event) => event.lab === 'one');
    world.file('labs/two.topo.yaml', lab('two', 62));
    expect(await watcher.until('lab')).toMatchObject({ change: 'added', lab: 'two', file: 'labs/two.topo.yaml' });
    await watcher.until('in-sync', (event) => event.lab === 'two');
    expect(labs()).toEqual(['one', 'two']);
    world.must('ip -n one.a link set eth0 mtu 1400; ip -n two.a link set eth0 mtu 1400');
    await watcher.until('repair', (event) => event.lab === 'one');
    await watcher.until('repair', (event) => event.lab === 'two');
    world.file('labs/three.topo.yaml', lab('one', 63));
    expect(await watcher.until('file', ({ state }) => state === 'invalid')).toMatchObject({ diagnostics: [{ code: 'lab-twice' }] });
    world.must('rm labs/one.topo.yaml labs/three.topo.yaml');
    expect(await watcher.until('lab')).toMatchObject({ change: 'left', lab: 'one' });
    world.must('ip netns del one.b; ip netns del two.b');
    await watcher.until('in-sync', (event) => event.lab === 'two');
    expect(labs()).toEqual(['one', 'two']);
    expect(world.must('ls /run/netns')).toBe('one.a\ntwo.a\ntwo.b\n');
  });

  it('destroys a lab whose file has gone with --prune, but nothing that is protected', async () => {
    world.must('mkdir labs');
    world.file('labs/one.topo.yaml', lab('one', 61));
    world.file('labs/two.topo.yaml', `protect: true\n${lab('two', 62)}`);
    const watcher = await Watcher.start(world, ['labs', '--repair', '--prune']);
    await watcher.until('in-sync', (event) => event.lab === 'two');
    world.must('rm labs/*');
    await watcher.until('repair', (event) => event.lab === 'one' && event['destroyed'] !== 0);
    expect(await watcher.until('blocked')).toMatchObject({ lab: 'two', diagnostics: [{ code: 'protected' }] });
    expect(labs()).toEqual(['two']);
  });

  it('follows a Git checkout, in folders of a repository', async () => {
    const git = (words: string): string => world.must(`git -C labs -c user.name=a -c user.email=a@example.com ${words}`);
    world.must('mkdir -p labs/one labs/two && git init -q -b main labs');
    world.file('labs/one/topo.yaml', lab('one', 61));
    world.file('labs/two/topo.yaml', lab('two', 62));
    git('add .');
    git('commit -qm first');
    const watcher = await Watcher.start(world, ['labs', '--repair']);
    await watcher.until('in-sync', (event) => event.lab === 'two');
    git('switch -qc more');
    expect(await watcher.until('revision')).toMatchObject({ branch: 'more', commit: git('rev-parse HEAD').trim() });
    world.file('labs/one/topo.yaml', lab('one', 61, ['a', 'b', 'c']));
    world.must('mkdir labs/three');
    world.file('labs/three/topo.yaml', lab('three', 63));
    await watcher.until('in-sync', (event) => event.lab === 'three');
    git('add .');
    git('commit -qm second');
    const commit = git('rev-parse HEAD').trim();
    await watcher.until('revision', (event) => event['commit'] === commit);
    git('checkout -q main');
    // In any order: HEAD is written last, which may take a while.
    const isTold = (wanted: object): boolean =>
      watcher.since.some((event) => Object.entries(wanted).every(([key, value]) => event[key] === value));
    await eventually(
      () => isTold({ type: 'revision', branch: 'main' }) && isTold({ type: 'lab', change: 'left', lab: 'three' }),
      () => JSON.stringify(watcher.since),
    );
    await eventually(
      () => world.topo(['status', '--quiet', 'labs/one']).status === 0,
      () => world.mustTopo('plan', 'labs/one'),
    );
    expect(world.must('ls /run/netns')).toBe('one.a\none.b\nthree.a\nthree.b\ntwo.a\ntwo.b\n');
  });
});
