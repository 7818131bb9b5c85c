import { describe, expect, test } from '@jest/globals';
import { overlaps } from '../../src/model/address.js';
import { automaticSubnets } from '../../src/networks/subnets.js';
import { expand } from '../../src/networks/expand.js';
import { AT, endpoint, link, network, node, topology } from './topologies.js';

function subnet(name: string, ...others: Parameters<typeof topology>): string | undefined {
  return automaticSubnets(topology([network(name), ...others[0]], others[1], others[2])).get(name)?.text;
}

describe('automatic subnets', () => {
  test('are /22s of 10.128.0.0/9', () => {
    const of = topology(
      Array.from({ length: 200 }, (_, i) => network(`n${i}`)),
      [],
    );
    const subnets = [...automaticSubnets(of).values()];
    expect(new Set(subnets.map(({ text }) => text)).size).toBe(200);
    for (const cidr of subnets) {
      expect(cidr.prefix).toBe(22);
      expect(overlaps('10.128.0.0/9', cidr)).toBe(true);
    }
  });

  const alone = subnet('front', [], [])!;
  const next = nextBlock(alone);

  test.each([
    ['the subnet of another network', () => subnet('front', [network('back', { subnets: [alone] })], [])],
    ['a smaller one within', () => subnet('front', [network('back', { subnets: [alone.replace('/22', '/28')] })], [])],
    [
      'an address of an interface',
      () =>
        subnet(
          'front',
          [],
          [node('a', { interfaces: [{ name: 'lo', at: AT, addresses: [{ cidr: alone.replace('/22', '/32'), at: AT }] }] })],
        ),
    ],
    [
      'an address of a link',
      () => subnet('front', [], [], [link(endpoint('a:eth1', { ipv4Address: alone.replace('/22', '/30') }), endpoint('b:eth1'))]),
    ],
  ])('give way to %s', (_what, found) => expect(found()).toBe(next));

  test('skip all that a larger subnet covers', () => {
    const found = subnet('front', [network('back', { subnets: ['10.128.0.0/10'] })], [])!;
    expect(overlaps('10.192.0.0/10', found)).toBe(true);
  });

  test('none is left: an error of that network', () => {
    const { diagnostics } = expand(topology([network('all', { subnets: ['10.0.0.0/8'] }), network('front')], []));
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['subnet-exhausted', 'no /22 of 10.128.0.0/9 is left for the network front'],
    ]);
  });

  test('a network of IPv6 alone gets none', () => {
    expect(automaticSubnets(topology([network('front', { subnets: ['fd61::/64'] })], [])).size).toBe(0);
  });
});

function nextBlock(cidr: string): string {
  const [a = 0, b = 0, c = 0] = cidr.split(/[./]/).map(Number);
  return `${a}.${c + 4 > 255 ? b + 1 : b}.${(c + 4) % 256}.0/22`;
}
