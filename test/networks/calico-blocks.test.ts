import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contains, parseAddress, parseCidr } from '../../src/model/address.js';
import { allocate, type Allocation, type Lodger } from '../../src/networks/calico/blocks.js';

const allocated = (lodgers: readonly Lodger[], subnet = '10.244.0.0/16', size = 26): Allocation =>
  allocate({ lab: 'cal', network: 'pods', subnet: parseCidr(subnet)!, size, taken: [] }, lodgers);

const on = (host: string, ...nodes: readonly string[]): readonly Lodger[] => nodes.map((node) => ({ node, host }));
const written = (host: string, node: string, address: string): Lodger => ({ node, host, written: parseAddress(address)! });
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `n${i}`);

const addressesOf = ({ addresses }: Allocation): Record<string, string> =>
  Object.fromEntries([...addresses].map(([node, { text }]) => [node, text]));
const blocksOf = ({ blocks }: Allocation): Record<string, readonly string[]> =>
  Object.fromEntries([...blocks].map(([host, all]) => [host, all.map(({ text }) => text)]));

describe('blocks of hosts', () => {
  test('are one for each host, wherever it stands in the file', () => {
    const one = allocated([...on('h1', 'a', 'b'), ...on('h2', 'c')]);
    const other = allocated([...on('h2', 'c'), ...on('h1', 'b', 'a')]);
    expect(blocksOf(one)).toEqual(blocksOf(other));
    expect(addressesOf(one)).toEqual(addressesOf(other));
    expect(Object.values(blocksOf(one)).map((all) => all.length)).toEqual([1, 1]);
  });

  test('stay where they are when hosts and nodes come and go', () => {
    const few = allocated([...on('h1', 'a', 'b'), ...on('h2', 'c')]);
    const more = allocated([...on('h0', 'z'), ...on('h1', 'y', 'a', 'b'), ...on('h2', 'c'), ...on('h3', 'x')]);
    expect(addressesOf(more)).toMatchObject(addressesOf(few));
  });

  test('are two where the nodes are more than one has addresses, and nobody who is in the first one moves', () => {
    const full = allocated(on('h1', ...many(64)));
    expect(blocksOf(full)['h1']).toHaveLength(1);
    const more = allocated(on('h1', ...many(65)));
    expect(blocksOf(more)['h1']).toHaveLength(2);
    expect(addressesOf(more)).toMatchObject(addressesOf(full));
  });

  test('are those of written addresses; two hosts in one are told', () => {
    expect(blocksOf(allocated([written('h1', 'a', '10.244.3.70')]))).toEqual({ h1: ['10.244.3.64/26'] });
    const { shared } = allocated([written('h1', 'a', '10.244.3.70'), written('h2', 'b', '10.244.3.71')]);
    expect(shared.map(({ block, node, other }) => [block.text, node, other])).toEqual([['10.244.3.64/26', 'b', 'a']]);
  });

  test('end with the subnet: then addresses come from what the host has, and who finds none is told', () => {
    const subnet = '10.244.0.0/25';
    const all = [written('h1', 'a', '10.244.0.1'), written('h2', 'b', '10.244.0.70'), ...on('h1', 'c'), ...on('h2', 'd')];
    const { addresses, homeless } = allocated(all, subnet);
    expect(homeless).toEqual([]);
    expect(contains('10.244.0.0/26', addresses.get('c')!)).toBe(true);
    expect(contains('10.244.0.64/26', addresses.get('d')!)).toBe(true);
    expect(allocated([...all, ...on('h3', 'e')], subnet).homeless).toEqual(['e']);
  });
});

test('an address is in a block of its host, no block is on two, and no address on two nodes', () => {
  const lodger = fc.record({ host: fc.constantFrom('h1', 'h2', 'h3', 'h4'), offset: fc.option(fc.integer({ min: 1, max: 1000 })) });
  fc.assert(
    fc.property(fc.uniqueArray(lodger, { maxLength: 60, selector: ({ offset }) => offset ?? {} }), (all) => {
      const lodgers = all.map(({ host, offset }, i) =>
        offset === null ? { node: `n${i}`, host } : written(host, `n${i}`, `10.244.${offset >> 8}.${offset & 255}`),
      );
      const allocation = allocated(lodgers, '10.244.0.0/22', 28);
      fc.pre(allocation.shared.length === 0);
      const { blocks, addresses, homeless } = allocation;
      for (const { node, host } of lodgers.filter((one) => !homeless.includes(one.node)))
        expect((blocks.get(host) ?? []).filter((block) => contains(block, addresses.get(node)!))).toHaveLength(1);
      const texts = [...addresses.values()].map(({ text }) => text);
      expect(new Set(texts).size).toBe(texts.length);
      const owned = [...blocks.values()].flat().map(({ text }) => text);
      expect(new Set(owned).size).toBe(owned.length);
    }),
  );
});
