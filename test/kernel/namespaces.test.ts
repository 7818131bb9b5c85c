import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Operation } from '../../src/model/operation.js';
import { address, bridge, linkSet, netnsAdd, netnsDelete, route, veth } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeEach(() => {
  machine = Machine.start();
});
afterEach(() => machine.stop());

const list = async () =>
  (await machine.sh('ip netns list'))
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);

test('a namespace is made as ip netns makes it, with a mark on lo', async () => {
  await machine.must(netnsAdd('one'));
  expect(await list()).toEqual(['one']);
  expect(await machine.ip('-n one link show lo')).toMatchObject([{ ifalias: 'topo:lab/one' }]);
  expect(await machine.sh('findmnt -no PROPAGATION -T /run/netns/other || true; grep " /run/netns " /proc/self/mountinfo')).toMatch(
    /shared/,
  );
  const { host, namespaces } = await machine.observe();
  expect(namespaces.map(({ netns, stale }) => [netns, stale])).toEqual([['one', false]]);
  expect(host.links.map(({ name, alias }) => [name, alias])).toEqual([['lo', '']]);
});

test('a name that is taken is refused and keeps its namespace', async () => {
  await machine.sh('ip netns add taken && ip -n taken link set lo alias somebody');
  expect(await machine.run(netnsAdd('taken'), netnsAdd('free'))).toEqual([
    { ok: false, errno: 'EEXIST', message: 'a network namespace with that name exists already' },
    { ok: true },
  ]);
  expect(await machine.ip('-n taken link show lo')).toMatchObject([{ ifalias: 'somebody' }]);
});

test('nothing is done in a namespace whose name was taken, for it is somebody else’s', async () => {
  await machine.sh('ip netns add taken');
  const refused = { ok: false, errno: 'ENOENT', message: 'there is no network namespace named taken' };
  expect(await machine.run(netnsAdd('taken'), linkSet('taken', 'lo', { up: true }), veth('taken:a', 'host:b'))).toEqual([
    { ok: false, errno: 'EEXIST', message: 'a network namespace with that name exists already' },
    refused,
    refused,
  ]);
  expect(await machine.ip('-n taken link')).toMatchObject([{ ifname: 'lo', operstate: 'DOWN' }]);
});

test('a file that is no namespace is stale, and taken over', async () => {
  await machine.sh('mkdir -p /run/netns && touch /run/netns/crashed /run/netns/other');
  const asked = await machine.observe({ lab: 'lab', namespaces: ['crashed', 'missing'] });
  expect(asked.namespaces.map(({ netns, stale, links }) => [netns, stale, links])).toEqual([['crashed', true, []]]);
  await machine.must(netnsAdd('crashed'));
  expect((await machine.observe()).namespaces.map(({ netns, stale }) => [netns, stale])).toEqual([['crashed', false]]);
});

test('a stale file is deleted like a namespace, and one that is gone is no failure', async () => {
  await machine.sh('mkdir -p /run/netns && touch /run/netns/crashed');
  await machine.must(netnsDelete('crashed'), netnsDelete('missing'));
  expect(await machine.sh('ls /run/netns')).toBe('');
});

test('of a namespace whose name is gone in half a mark is left, by which its lab finds the file', async () => {
  await machine.must(netnsAdd('half'), netnsAdd('theirs', 'topo:other/theirs'));
  await machine.sh('umount /run/netns/half /run/netns/theirs; mkdir /run/netns/folder; touch /run/netns/empty');
  expect(await machine.sh('cat /run/netns/half')).toBe('topo:lab/half');
  expect((await machine.observe({ lab: 'lab', namespaces: [] })).namespaces.map(({ netns, stale }) => [netns, stale])).toEqual([
    ['half', true],
  ]);
});

test('only namespaces of the lab, by mark or by name, are observed', async () => {
  await machine.must(netnsAdd('mine'), netnsAdd('theirs', 'topo:other/theirs'), netnsAdd('asked', 'topo:other/asked'));
  await machine.sh('ip netns add foreign');
  const seen = await machine.observe({ lab: 'lab', namespaces: ['asked'] });
  expect(seen.namespaces.map(({ netns }) => netns)).toEqual(['asked', 'mine']);
});

test('labs and other labs are known by their marks', async () => {
  await machine.must(
    netnsAdd('x.a', 'topo:x/a'),
    bridge('bx', { alias: 'topo:x/bx' }),
    bridge('by', { alias: 'topo:y/by' }),
    bridge('plain'),
  );
  expect(await machine.labs()).toEqual([
    { lab: 'x', namespaces: ['x.a'], nodes: [{ node: 'a', netns: 'x.a' }], hostLinks: ['bx'], joined: [] },
    { lab: 'y', namespaces: [], nodes: [], hostLinks: ['by'], joined: [] },
  ]);
  expect((await machine.observe({ lab: 'x' })).otherLabs).toEqual(['y']);
  expect((await machine.observe({ lab: 'z' })).otherLabs).toEqual(['x', 'y']);
});

test('settling waits until a deleted namespace is gone with its veths', async () => {
  for (let round = 0; round < 20; round++) {
    await machine.must(netnsAdd('a'), netnsAdd('b'), veth('host:v0', 'a:e0', { up: true }), netnsDelete('a'), netnsDelete('b'));
    expect(await machine.settle(5000)).toEqual([]);
    expect((await machine.observe()).host.links.map(({ name }) => name)).toEqual(['lo']);
  }
});

test('a namespace that a process holds is named, with the process', async () => {
  await machine.must(netnsAdd('held'), netnsAdd('free'));
  await machine.sh('ip netns exec held sleep 1000 >/dev/null 2>&1 & sleep 0.3');
  await machine.must(netnsDelete('held'), netnsDelete('free'));
  const held = await machine.settle(300);
  expect(held).toEqual([{ netns: 'held', processes: [{ pid: expect.any(Number), command: 'sleep 1000' }] }]);
  await machine.sh(`kill ${held[0]!.processes[0]!.pid}`);
  expect(await machine.settle(5000)).toEqual([]);
});

test('a namespace made anew under the same name is another one', async () => {
  await machine.must(netnsAdd('a'), linkSet('a', 'lo', { mtu: 1400 }));
  await machine.sh('ip netns delete a && ip netns add a');
  expect((await machine.link('a', 'lo'))!).toMatchObject({ alias: '', attributes: { mtu: 65536 } });
});

test('nothing of the host’s own has changed when namespaces are refused', async () => {
  await machine.sh('mkdir -p /run/netns/directory');
  const [outcome] = await machine.run(netnsAdd('directory'));
  expect(outcome).toMatchObject({ ok: false, errno: 'EEXIST' });
  expect(await machine.run(netnsAdd('after'), bridge('here'))).toEqual([{ ok: true }, { ok: true }]);
  expect((await machine.ip('link show')).map(({ ifname }) => ifname)).toContain('here');
});

test('a star of three hundred comes and goes', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
  const star: Operation[] = [...names.map((name) => netnsAdd(name)), bridge('br', { group: 77, up: true, mtu: 1500 })];
  names.forEach((name, i) => {
    star.push(
      veth(`host:v${i}`, `${name}:eth0`, { group: 77, alias: `topo:lab/v${i}`, master: 'br', up: true }, { group: 77 }),
      linkSet(name, 'eth0', { up: true, alias: `topo:lab/v${i}` }),
      address(name, 'eth0', `10.0.${i >> 8}.${i & 255}/16`),
      route(name, '0.0.0.0/0', { via: '10.0.255.254', dev: 'eth0' }),
    );
  });
  await machine.must(...star);
  const { host, namespaces } = await machine.observe();
  expect(
    host.links.filter(({ alias, attributes }) => alias.startsWith('topo:lab/') && attributes['master'] === 'br' && attributes['up']),
  ).toHaveLength(300);
  expect(namespaces).toHaveLength(300);
  for (const ns of namespaces) {
    expect(ns.links.find(({ name }) => name === 'eth0')).toMatchObject({ group: 77, attributes: { up: true } });
    expect(ns.routes.find(({ to }) => to === '0.0.0.0/0')).toMatchObject({ protocol: 84, via: '10.0.255.254', dev: 'eth0' });
  }
  const members = host.links.filter(({ group }) => group === 77).map(({ name }) => name);
  await machine.must({ op: 'group-delete', netns: 'host', group: 77, names: members }, ...names.map((name) => netnsDelete(name)));
  expect(await machine.settle(10_000)).toEqual([]);
  const after = await machine.observe({ lab: 'lab', namespaces: names });
  expect([after.namespaces, after.host.links.map(({ name }) => name)]).toEqual([[], ['lo']]);
});
