import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RuleOperation } from '../../src/model/routes.js';
import { linkSet, neighbour, netnsAdd, rule, veth, selectors } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeAll(async () => {
  machine = Machine.start();
  await machine.must(netnsAdd('a'), veth('host:v0', 'a:eth0', { up: true }), linkSet('a', 'eth0', { up: true }));
});
afterAll(() => machine.stop());

const own = async () => (await machine.observe()).namespaces[0]!;

const cases: readonly (readonly [string, Partial<RuleOperation>])[] = [
  ['a source', { from: '10.0.0.0/8' }],
  ['everything', { from: '10.0.0.1/32', to: '10.1.0.0/16', iif: 'eth0', oif: 'lo', fwmark: 0x2a, table: 100000 }],
  ['a mark', { fwmark: 7 }],
  ['IPv6', { family: 6, from: '2001:db8::/32', to: '2001:db8:1::/48' }],
];
test.each(cases)('a rule with %s: what is asked for is what is read, and goes again', async (_, more) => {
  const operation = rule('a', 1000, more);
  await machine.must(operation);
  const asked = selectors(operation);
  expect((await own()).rules.filter(({ priority }) => priority === 1000)).toEqual([{ ...asked, protocol: 0, other: '' }]);
  await machine.must({ ...operation, op: 'rule-delete' }, { ...operation, op: 'rule-delete' });
  expect((await own()).rules.filter(({ priority }) => priority === 1000)).toEqual([]);
});

test('rules of the kernel are known by their protocol, others with more words by those', async () => {
  await machine.sh('ip -n a rule add not from 10.0.0.0/8 tos 0x10 fwmark 1/3 table 5 suppress_prefixlength 0 pref 77');
  await machine.sh('ip -n a rule add from 10.0.0.0/8 blackhole pref 78');
  const { rules } = await own();
  expect(rules.filter(({ protocol }) => protocol === 2).map(({ family, priority }) => [family, priority])).toEqual([
    [4, 0],
    [4, 32766],
    [4, 32767],
    [6, 0],
    [6, 32766],
  ]);
  expect(rules.find(({ priority }) => priority === 77)?.other).toMatch(/^not tos 0x10 suppress_prefixlength 0+ fwmask 3$/);
  expect(rules.find(({ priority }) => priority === 78)?.other).toBe('blackhole');
});

test('a rule that exists is refused', async () => {
  const twice = rule('a', 2000, { from: '10.0.0.0/8' });
  expect(await machine.run(twice, twice)).toEqual([{ ok: true }, { ok: false, errno: 'EEXIST', message: 'that rule exists already' }]);
});

test.each([
  ['10.0.0.9', '02:00:00:00:00:09'],
  ['2001:db8::9', '02:00:00:00:00:09'],
])('a neighbour %s is set, changed and deleted', async (ip, mac) => {
  await machine.must(neighbour('a', 'eth0', ip, mac));
  const entries = async () => (await own()).neighbours.filter((entry) => entry.address === ip);
  expect(await entries()).toEqual([{ dev: 'eth0', address: ip, mac, permanent: true }]);
  await machine.must(neighbour('a', 'eth0', ip, '02:00:00:00:00:10'));
  expect(await entries()).toMatchObject([{ mac: '02:00:00:00:00:10' }]);
  const gone = neighbour('a', 'eth0', ip, mac, 'neighbour-delete');
  await machine.must(gone, gone);
  expect(await entries()).toEqual([]);
});

test('proxy entries have no MAC address', async () => {
  await machine.must(neighbour('a', 'eth0', '10.0.0.20', ''));
  expect((await own()).neighbours).toContainEqual({ dev: 'eth0', address: '10.0.0.20', mac: '', permanent: true });
  await machine.must(neighbour('a', 'eth0', '10.0.0.20', '', 'neighbour-delete'));
  expect((await own()).neighbours.filter(({ address }) => address === '10.0.0.20')).toEqual([]);
});

test('a neighbour on no link is refused', async () => {
  expect(await machine.run(neighbour('a', 'nolink', '10.0.0.1', '02:00:00:00:00:01'))).toEqual([
    { ok: false, errno: 'ENODEV', message: 'there is no link named nolink' },
  ]);
});

test('dumps of more than one piece are read whole', async () => {
  const hosts = Array.from({ length: 600 }, (_, i) => `10.7.${i >> 8}.${i & 255}`);
  await machine.must(
    ...hosts.map((host, i) => rule('a', 3000 + i, { from: `${host}/32` })),
    ...hosts.map((host) => neighbour('a', 'eth0', host, '02:00:00:00:00:07')),
  );
  const { rules, neighbours, routes } = await own();
  expect(rules.filter(({ priority }) => priority >= 3000 && priority < 4000).map(({ from }) => from)).toEqual(
    hosts.map((host) => `${host}/32`),
  );
  expect(
    neighbours
      .filter(({ address }) => address.startsWith('10.7.'))
      .map(({ address }) => address)
      .sort(),
  ).toEqual([...hosts].sort());
  expect(routes).not.toEqual([]);
});
