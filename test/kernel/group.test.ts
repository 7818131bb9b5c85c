import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { bridge, netnsAdd, veth } from './operations.js';
import { Machine } from './private.js';

const GROUP = 1_200_000_001;
let machine: Machine;
beforeEach(async () => {
  machine = Machine.start();
  await machine.must(
    netnsAdd('a'),
    bridge('br', { group: GROUP }),
    veth('host:v0', 'a:e0', { group: GROUP, master: 'br' }),
    veth('host:v1', 'a:e1', { group: GROUP }),
  );
});
afterEach(() => machine.stop());

const groupDelete = (...names: readonly string[]) => ({ op: 'group-delete', netns: 'host', group: GROUP, names }) as const;
const names = async (): Promise<unknown[]> => (await machine.ip('link show')).map(({ ifname }) => ifname);

test('a group of which every member is known goes as a whole', async () => {
  await machine.must(groupDelete('br', 'v0', 'v1'));
  expect(await names()).toEqual(['lo']);
  expect((await machine.ip('-n a link show')).map(({ ifname }) => ifname)).toEqual(['lo']);
});

test('a stranger in the group stays, and only the known ones go', async () => {
  await machine.sh(`ip link add stranger type bridge && ip link set stranger group ${GROUP}`);
  await machine.must(groupDelete('br', 'v0', 'v1'));
  expect((await names()).sort()).toEqual(['lo', 'stranger']);
});

test('a name that has left the group is not touched', async () => {
  await machine.sh('ip link set dev br group 0');
  await machine.must(groupDelete('br', 'v0', 'v1'));
  expect((await names()).sort()).toEqual(['br', 'lo']);
});

test('an empty group is no failure', async () => {
  await machine.must(groupDelete('br', 'v0', 'v1'));
  expect(await machine.run(groupDelete('br', 'v0', 'v1'))).toEqual([{ ok: true }]);
});
