import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { NftTable, Operation } from '../../src/model/operation.js';
import { address, bridge, linkDelete, linkSet, netnsAdd, netnsDelete, route, veth } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeEach(() => {
  machine = Machine.start();
});
afterEach(() => machine.stop());

/** Addresses of the first namespace that the kernel has not given to lo by itself. */
const added = ({
  namespaces,
}: {
  readonly namespaces: readonly { readonly addresses: readonly { readonly address: string }[] }[];
}): readonly string[] =>
  namespaces[0]!.addresses.map((entry) => entry.address).filter((text) => text !== '127.0.0.1/8' && text !== '::1/128');

const chain = (n: number): Operation[] => {
  const nodes = Array.from({ length: n }, (_, i) => `n${i}`);
  const links = nodes
    .slice(1)
    .flatMap((node, i): Operation[] => [
      veth(`n${i}:right`, `${node}:left`, { alias: 'topo:lab/r', up: true }, {}),
      linkSet(node, 'left', { alias: 'topo:lab/l', up: true }),
      address(`n${i}`, 'right', `10.0.${i}.1/24`),
      address(node, 'left', `10.0.${i}.2/24`),
    ]);
  return [...nodes.map((node) => netnsAdd(node)), ...links];
};

test('operations of namespaces that lean on each other are carried out in order', async () => {
  await machine.must(...chain(40));
  const { namespaces } = await machine.observe();
  for (const ns of namespaces)
    expect(ns.links.filter(({ name, alias, attributes }) => name !== 'lo' && alias !== '' && attributes['up'])).toHaveLength(
      ns.netns === 'n0' || ns.netns === 'n39' ? 1 : 2,
    );
});

test('a ring of links closes', async () => {
  await machine.must(
    ...['a', 'b', 'c'].map((name) => netnsAdd(name)),
    veth('a:b', 'b:a', { up: true }),
    veth('b:c', 'c:b', { up: true }),
    veth('c:a', 'a:c', { up: true }),
    ...['a b', 'b c', 'c a'].flatMap((pair) =>
      pair.split(' ').map((node, i, ends) => linkSet(node, ends[1 - i]!, { alias: `topo:lab/${pair}`, up: true })),
    ),
    address('a', 'c', '10.0.0.1/24'),
    route('a', '10.9.0.0/16', { via: '10.0.0.2', dev: 'c' }),
  );
  expect((await machine.link('a', 'c'))!).toMatchObject({ alias: 'topo:lab/c a', attributes: { up: true } });
});

test('a refusal in the middle stops nothing else, and every operation has its outcome', async () => {
  const outcomes = await machine.run(
    netnsAdd('a'),
    bridge('br', { up: true }),
    bridge('br'),
    veth('host:v0', 'a:e0', { master: 'br', up: true }),
    linkSet('a', 'e0', { up: true }),
    address('a', 'e0', '10.0.0.1/24'),
    route('a', '10.1.0.0/16', { via: '172.16.0.1', dev: 'e0' }),
    route('a', '10.2.0.0/16', { via: '10.0.0.9', dev: 'e0' }),
    linkDelete('host', 'br'),
    bridge('br', { mtu: 1400 }),
  );
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false, true, true, true, false, true, true, true]);
  expect((await machine.link('host', 'v0'))!.attributes['master']).toBe('');
});

test('of many operations in one send those are refused that the kernel refuses, the first and the last among them', async () => {
  await machine.must(netnsAdd('a'), bridge('br', { up: true }), address('host', 'br', '10.0.0.1/24'));
  const isBad = (i: number): boolean => i % 3 === 0;
  const outcomes = await machine.run(
    ...Array.from({ length: 200 }, (_, i) => route('host', `10.${i + 1}.0.0/16`, { via: isBad(i) ? '172.16.0.1' : '10.0.0.9', dev: 'br' })),
  );
  expect(outcomes.map(({ ok }) => ok)).toEqual(outcomes.map((_, i) => !isBad(i)));
  expect((await machine.observe()).host.routes.filter(({ via }) => via === '10.0.0.9')).toHaveLength(133);
});

test('a namespace can go and come again in one run', async () => {
  await machine.must(netnsAdd('a'), veth('host:v0', 'a:e0', { alias: 'topo:lab/1' }), address('a', 'e0', '10.0.0.1/24'));
  await machine.must(
    linkDelete('host', 'v0'),
    netnsDelete('a'),
    netnsAdd('a'),
    veth('host:v0', 'a:e0', { alias: 'topo:lab/2' }),
    address('a', 'e0', '10.0.0.2/24'),
  );
  expect(added(await machine.observe())).toEqual(['10.0.0.2/24']);
});

test.each([false, true])('more messages than any buffer holds all get their outcome (in a user namespace: %s)', async (asUser) => {
  const other = Machine.start(asUser);
  try {
    const many = Array.from({ length: 5000 }, (_, i) => address('a', 'lo', `10.${i >> 14}.${(i >> 6) & 255}.${((i & 63) << 2) + 1}/30`));
    await other.must(netnsAdd('a'), ...many);
    const outcomes = await other.run(...many);
    expect(outcomes.every((outcome) => !outcome.ok && outcome.errno === 'EEXIST')).toBe(true);
    expect(added(await other.observe())).toHaveLength(5000);
  } finally {
    other.stop();
  }
});

test('killed after any number of operations, exactly those were carried out', async () => {
  const all = [
    netnsAdd('a'),
    bridge('b1', { alias: 'topo:lab/b1' }),
    veth('host:v0', 'a:e0', { alias: 'topo:lab/v' }),
    address('a', 'lo', '10.0.0.1/8'),
    bridge('b2', { alias: 'topo:lab/b2' }),
  ];
  for (let count = 1; count <= all.length; count++) {
    expect(await machine.runKilled(count, ...all)).toBe('SIGKILL');
    const observation = await machine.observe();
    const { host, namespaces } = observation;
    const links = host.links.filter(({ name }) => name !== 'lo');
    expect([namespaces.length, links.map(({ name }) => name), added(observation)]).toEqual([
      1,
      ['b1', 'v0', 'b2'].slice(0, [0, 1, 2, 2, 3][count - 1]),
      count >= 4 ? ['10.0.0.1/8'] : [],
    ]);
    for (const link of links) expect(link.alias).not.toBe('');
    await machine.must(...links.map(({ name }) => linkDelete('host', name)), netnsDelete('a'));
    await machine.settle(5000);
  }
});

const table: NftTable = {
  name: 'topo_lab',
  comment: 'topo:lab',
  chains: [
    {
      name: 'filter',
      hook: { type: 'filter', hook: 'forward', priority: 0 },
      rules: [{ matches: [], verdict: { verdict: 'accept' }, comment: 'ours' }],
    },
  ],
};
const broken: NftTable = {
  ...table,
  chains: [{ name: 'c', rules: [{ matches: [], verdict: { verdict: 'jump', chain: 'nowhere' }, comment: '' }] }],
};

test.each(['host', 'a'])('nftables in %s: checked without effect, replaced, observed, deleted', async (netns) => {
  await machine.must(netnsAdd('a'));
  const observed = async () => {
    const { host, namespaces } = await machine.observe();
    return (netns === 'host' ? host : namespaces[0]!).nft;
  };
  const replace = { op: 'nft-replace', netns, table } as const;
  expect(await machine.check(replace, { ...replace, table: broken }, bridge('unasked'))).toMatchObject([
    { ok: true },
    { ok: false, errno: 'ENOENT' },
    { ok: true },
  ]);
  expect(await observed()).toBeNull();
  await machine.must(replace);
  expect(await observed()).toMatchObject({
    name: 'topo_lab',
    comment: 'topo:lab',
    chains: [{ name: 'filter', rules: [{ text: expect.stringContaining('accept') }] }],
    other: [],
  });
  expect(await machine.run({ ...replace, table: broken })).toMatchObject([{ ok: false, errno: 'ENOENT' }]);
  expect((await observed())!.chains).toHaveLength(1);
  const gone = { op: 'nft-delete', netns, table: 'topo_lab' } as const;
  await machine.must(gone, gone);
  expect(await observed()).toBeNull();
});
