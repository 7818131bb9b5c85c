import { describe, expect, test } from '@jest/globals';
import { parseAddress, parseCidr } from '../../src/model/address.js';
import { assignAddresses, type Pool } from '../../src/networks/addresses.js';

function pool(subnet: string, { range = subnet, taken = [] }: { range?: string; taken?: readonly string[] } = {}): Pool {
  return { subnet: parseCidr(subnet)!, range: parseCidr(range)!, taken: taken.map((text) => parseAddress(text)!) };
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `n${i}`);

function assign(of: Pool, nodes: readonly string[]): { readonly [node: string]: string } {
  return Object.fromEntries([...assignAddresses('shop', 'front', of, nodes)].map(([name, address]) => [name, address.text]));
}

describe('automatic addresses', () => {
  test('fill a subnet to the last address, without its edges and what is taken', () => {
    const assigned = Object.values(assign(pool('10.0.0.0/29', { taken: ['10.0.0.1', '192.0.2.1'] }), names(5)));
    expect([...assigned].sort()).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
  });

  test('end when the subnet is full: the last of the file gets none', () => {
    const assigned = assign(pool('10.0.0.0/30', { taken: ['10.0.0.1'] }), names(3));
    expect(Object.values(assigned)).toEqual(['10.0.0.2']);
  });

  test('stay within ip_range, whose edges are ordinary addresses of the subnet', () => {
    const assigned = Object.values(assign(pool('10.0.0.0/24', { range: '10.0.0.64/30' }), names(4)));
    expect([...assigned].sort()).toEqual(['10.0.0.64', '10.0.0.65', '10.0.0.66', '10.0.0.67']);
  });

  test('an ip_range at the edge of the subnet leaves out the edge', () => {
    const assigned = Object.values(assign(pool('10.0.0.0/24', { range: '10.0.0.252/30' }), names(4)));
    expect([...assigned].sort()).toEqual(['10.0.0.252', '10.0.0.253', '10.0.0.254']);
  });

  test('a /31 has two', () => {
    expect(Object.values(assign(pool('10.0.0.0/31'), names(3))).sort()).toEqual(['10.0.0.0', '10.0.0.1']);
  });

  test('IPv6 ones vary in the last 32 bits', () => {
    const assigned = Object.values(assign(pool('fd61::/64', { taken: ['fd61::1'] }), names(50)));
    expect(new Set(assigned).size).toBe(50);
    for (const text of assigned) expect(text).toMatch(/^fd61::[0-9a-f]{1,4}:[0-9a-f]{1,4}$/);
  });

  test('IPv6 has no broadcast address, but a network address', () => {
    expect(Object.values(assign(pool('fd61::/126'), names(4))).sort()).toEqual(['fd61::1', 'fd61::2', 'fd61::3']);
  });

  test('nobody moves when a node is added at the end, however full the subnet is', () => {
    const before = assign(pool('10.0.0.0/27'), names(20));
    expect(assign(pool('10.0.0.0/27'), names(25))).toMatchObject(before);
  });

  test('a node that found its place taken never pushes away one whose place was undisputed', () => {
    const of = pool('10.0.0.0/25');
    const alone = Object.fromEntries(names(40).map((name) => [name, assign(of, [name])[name]]));
    const together = assign(of, names(40));
    const wanted = Object.values(alone);
    for (const name of names(40)) {
      const undisputed = wanted.indexOf(alone[name]) === names(40).indexOf(name);
      if (undisputed) expect(together[name]).toBe(alone[name]);
      else expect(wanted).not.toContain(together[name]);
    }
  });
});
