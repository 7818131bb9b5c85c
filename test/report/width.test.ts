import { describe, expect, it } from '@jest/globals';
import { columns, padded, printable, wrapped } from '../../src/report/width.js';

describe('columns of a terminal', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['grüße', 5],
    ['gru\u0308ße', 5],
    ['网络', 4],
    ['ﾊﾝｶｸ', 4],
    ['한국', 4],
    ['😀', 2],
    ['a\u200bb', 2],
  ])('%j takes %i', (text, width) => {
    expect(columns(text)).toBe(width);
    expect(columns(padded(text, 10))).toBe(10);
  });
});

describe('wrapping', () => {
  it('breaks between parts, never within one', () => {
    expect(wrapped(['aaaa', 'bbbb', 'cccc'], 11)).toEqual(['aaaa, bbbb,', 'cccc']);
    expect(wrapped(['a part that is too long', 'b'], 5)).toEqual(['a part that is too long,', 'b']);
    expect(wrapped([], 5)).toEqual([]);
  });
});

describe('printable text', () => {
  it('has no escape sequence, no line break and nothing that turns the direction of writing', () => {
    expect(printable('\u001b[31mred\n\u202e\u009b')).toBe('\\u001b[31mred\\u000a\\u202e\\u009b');
    expect(printable('grüße 网络 😀')).toBe('grüße 网络 😀');
  });
});
