import { describe, expect, it } from '@jest/globals';
import { chainHookText, ruleText, tableText } from '../../src/model/nft-text.js';
import type { NftMatch, NftRule, NftTable, NftVerdict } from '../../src/model/operation.js';

const accept: NftVerdict = { verdict: 'accept' };
const rule = (matches: readonly NftMatch[], verdict: NftVerdict = accept, comment = ''): NftRule => ({ matches, verdict, comment });
const port = (protocol: 'tcp' | 'udp', from: number, to = from): NftMatch => ({ match: 'dport', protocol, from, to });
const to = (prefix: string): NftMatch => ({ match: 'daddr', negate: false, prefix });

it('writes a table as nft takes it', () => {
  const table: NftTable = {
    name: 'topo_lab',
    comment: 'topo:lab/rules',
    chains: [
      {
        name: 'nat-pre',
        hook: { type: 'nat', hook: 'prerouting', priority: -100 },
        rules: [rule([port('tcp', 80)], { verdict: 'jump', chain: 'ports' })],
      },
      { name: 'ports', rules: [] },
    ],
  };
  expect(tableText(table)).toBe(
    [
      'table inet topo_lab {',
      '  comment "topo:lab/rules"',
      '  chain nat-pre {',
      '    type nat hook prerouting priority -100; policy accept;',
      '    tcp dport 80 jump ports',
      '  }',
      '  chain ports {',
      '  }',
      '}',
      '',
    ].join('\n'),
  );
  expect(chainHookText({ name: 'ports', rules: [] })).toBe('');
});

describe('what nft cannot quote', () => {
  it.each(['', '1st', 'a b', 'a"b', 'a;b', '-x', 'a\nb'])('refuses %j as the name of a chain', (chain) => {
    expect(() => ruleText(rule([], { verdict: 'jump', chain }))).toThrow(RangeError);
  });

  it.each(['a"b', 'a\nb', 'x'.repeat(128), '\u00e4'.repeat(64)])('refuses %j as a comment', (comment) => {
    expect(() => ruleText(rule([], accept, comment))).toThrow(RangeError);
  });

  it.each(['', 'br*', 'a b', 'a"b', 'a\\b'])('refuses %j as the name of an interface', (name) => {
    expect(() => ruleText(rule([{ match: 'iifname', negate: false, name }]))).toThrow(RangeError);
  });
});

describe('a rule that contradicts itself', () => {
  it.each<readonly [string, NftRule]>([
    ['two families', rule([to('10.0.0.1'), to('fd00::1')])],
    ['two families by name', rule([{ match: 'nfproto', family: 6 }, to('10.0.0.1')])],
    ['two protocols', rule([port('tcp', 1), port('udp', 1)])],
    ['a range that ends before it begins', rule([port('tcp', 9, 1)])],
    ['a port without a protocol', rule([], { verdict: 'dnat', address: '10.0.0.1', port: 80 })],
    ['a translation to another family', rule([to('10.0.0.1'), port('tcp', 1)], { verdict: 'dnat', address: 'fd00::1', port: 80 })],
    ['masquerade of another family', rule([to('10.0.0.1')], { verdict: 'masquerade', family: 6 })],
    ['no address', rule([to('10.0.0')])],
  ])('is refused: %s', (_what, contradictory) => {
    expect(() => ruleText(contradictory)).toThrow(RangeError);
  });
});
