import { describe, expect, it } from '@jest/globals';
import { listOf, listText } from '../../src/report/list.js';

const labs = [
  { lab: 'shop', namespaces: ['shop.web', 'shop.db'], hostLinks: ['vt1', 'br1'] },
  { lab: 'a', namespaces: ['1', '2', '3', '4', '5', '6', '7'].map((n) => `a.${n}`), hostLinks: [] },
];

describe('the list of labs', () => {
  it('is a table, sorted, long lists cut', () => {
    expect(listText(listOf(labs), { color: false })).toBe(
      [
        'LAB   NODES  HOST LINKS  NAMESPACES',
        'a     7      0           a.1 a.2 a.3 a.4 a.5 and 2 more',
        'shop  2      2           shop.db shop.web',
        '',
      ].join('\n'),
    );
  });

  it('says so if there are none', () => {
    expect(listText(listOf([]), { color: false })).toBe('No labs on this machine.\n');
  });
});
