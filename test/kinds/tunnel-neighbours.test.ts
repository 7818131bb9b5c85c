/** What is done to a tunnel's neighbours, entry by entry, and of whom the nodes behind its bridge hear. */
import { expect, test } from '@jest/globals';
import { bridgeResource } from '../../src/kinds/bridge.js';
import { kindOf } from '../../src/kinds/index.js';
import { tunnelNeighboursResource } from '../../src/kinds/tunnel-neighbours.js';
import type { Operation } from '../../src/model/operation.js';
import { stateOf, type Props, type Resource } from '../../src/model/state.js';
import { plan } from '../../src/plan/plan.js';

const about = { path: 'test', at: { file: 'test.yaml', line: 1, column: 1, length: 1 } };
const behind = { name: 'br0', id: 'bridge:a/br0' };
const MACS = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'] as const;

const table = (entries: Props, netns = 'a'): Resource => {
  const list = Object.entries(entries).map(([address, mac]) => ({ address, mac: String(mac) }));
  return tunnelNeighboursResource({ netns, dev: 'vx0', entries: list, link: `vxlan:${netns}/vx0`, behind, ...about });
};

const some = (count: number, first = 1): Props =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`10.32.0.${i + first}`, MACS[0]]));

const line = (one: Operation): string => {
  if (one.op !== 'neighbour-set' && one.op !== 'neighbour-delete' && one.op !== 'announce') throw new Error(one.op);
  return `${one.op} ${one.dev} ${one.address} ${one.mac ?? ''}`;
};

const planned = (after: readonly Resource[], before: readonly Resource[]) =>
  plan(stateOf('lab', after), stateOf('lab', before), kindOf).actions;
const operationsOf = (after: readonly Resource[], before: readonly Resource[]): readonly string[] =>
  planned(after, before).flatMap(({ operations }) => operations.map(line));
const told = (after: readonly Resource[], before: readonly Resource[]): readonly string[] =>
  planned(after, before).flatMap(({ finish = [] }) => finish.map(line));

test.each<readonly [what: string, after: Props, before: Props, operations: readonly string[]]>([
  ['nothing, whatever the order', { ...some(2), '10.32.0.9': MACS[1] }, { '10.32.0.9': MACS[1], ...some(2) }, []],
  ['an entry more', some(3), some(2), [`neighbour-set vx0 10.32.0.3 ${MACS[0]}`]],
  ['an entry less', some(1), some(2), [`neighbour-delete vx0 10.32.0.2 ${MACS[0]}`]],
  ['another MAC address', { ...some(2), '10.32.0.2': MACS[1] }, some(2), [`neighbour-set vx0 10.32.0.2 ${MACS[1]}`]],
  [
    'of IPv6 as of IPv4',
    { 'fd00::1': MACS[0] },
    { 'fd00::2': MACS[0] },
    [`neighbour-set vx0 fd00::1 ${MACS[0]}`, `neighbour-delete vx0 fd00::2 ${MACS[0]}`],
  ],
])('%s', (_what, after, before, operations) => {
  expect(operationsOf([table(after)], [table(before)])).toEqual(operations);
});

test('of a table that the kernel may take along all comes again, and what is not wanted goes', () => {
  const link = (mac: string): Resource => ({ ...{ id: 'vxlan:a/vx0', kind: 'vxlan', netns: 'a' }, props: { name: 'vx0', mac }, needs: [] });
  const before = { ...table({ ...some(2), 'fd00::9': MACS[0] }), mayGoWithChange: [{ id: 'vxlan:a/vx0', field: 'mac' }] };
  const [first, second] = planned([link(MACS[1]), table(some(2))], [link(MACS[0]), before]);
  expect(first?.id).toBe('vxlan:a/vx0');
  expect(second?.operations.map(line)).toEqual([
    `neighbour-delete vx0 fd00::9 ${MACS[0]}`,
    `neighbour-set vx0 10.32.0.1 ${MACS[0]}`,
    `neighbour-set vx0 10.32.0.2 ${MACS[0]}`,
  ]);
  expect(second?.finish).toBeUndefined();
});

test('one address that comes into a table is told behind its bridge', () => {
  expect(told([table(some(101))], [table(some(100))])).toEqual([`announce br0 10.32.0.101 ${MACS[0]}`]);
});

test('32 that come at once are told, 33 are not', () => {
  expect(told([table(some(42))], [table(some(10))])).toHaveLength(32);
  expect(told([table(some(43))], [table(some(10))])).toEqual([]);
});

test('entries count, over all tables, and not the tables', () => {
  const [before, after] = [some(10), some(27)];
  const both = (entries: Props): readonly Resource[] => [table(entries), table(entries, 'b')];
  expect(told(both(after), both(before))).toEqual([]);
  expect(told([table(after)], [table(before)])).toHaveLength(17);
});

test('of many only those are told that another table loses: who was elsewhere is known there', () => {
  const after = [table(some(60)), table(some(1), 'b')];
  const before = [table(some(10)), table({ ...some(1), '10.32.0.50': MACS[1] }, 'b')];
  expect(told(after, before)).toEqual([`announce br0 10.32.0.50 ${MACS[0]}`]);
});

test('an address that means another MAC address is told, however many come', () => {
  expect(told([table({ ...some(60), '10.32.0.2': MACS[1] })], [table(some(10))])).toEqual([`announce br0 10.32.0.2 ${MACS[1]}`]);
});

test('behind a bridge that is new nobody has anything to hear', () => {
  const of = { lab: 'lab', netns: 'a', name: 'br0', altname: 'topo.lab.br0', mac: '02:00:00:00:00:01', mtu: 1500, subnets: [] };
  const how = { derivedMac: true, forwards: false, hosted: false, within: false, isolated: true };
  const bridge = bridgeResource({ ...of, ...how, ...about });
  const after = planned([bridge, table(some(3))], [table(some(2))]).find(({ id }) => id === 'neighbours:a/vx0');
  expect([after?.operations.length, after?.finish]).toEqual([1, undefined]);
});
