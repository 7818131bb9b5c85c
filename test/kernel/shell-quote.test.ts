import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { shellQuote } from '../../src/kernel/shell-quote.js';

const ODD = [
  ...['', ' ', 'plain-1.2_3', "it's", "''", '"double"', '$HOME', '`date`', '$(date)', 'back\\slash', 'a\nb', '\ttab', '*', '?', '[a-z]'],
  ...[
    '~',
    '~root',
    '#comment',
    '!',
    '!!',
    '{a,b}',
    'a;b',
    'a&b',
    'a|b',
    '<a',
    '>a',
    'A=B',
    '=a',
    '-n',
    '--',
    '%s',
    'grüße',
    '網路',
    '😀',
    '\u001b[31m',
  ],
];

describe('shellQuote', () => {
  it('gives words that a shell reads as they are', () => {
    const script = `printf '%s\\0' ${ODD.map(shellQuote).join(' ')}`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(ODD);
  });

  it.each(['eth0', '10.0.0.1/24', 'fd00::1', 'topo:lab/bridge:host/br0', 'net.ipv4.ip_forward=1', '-n'])(
    'leaves %s without quotes',
    (word) => {
      expect(shellQuote(word)).toBe(word);
    },
  );

  it('refuses a zero byte, which no word can hold', () => {
    expect(() => shellQuote('a\0b')).toThrow(RangeError);
  });
});
