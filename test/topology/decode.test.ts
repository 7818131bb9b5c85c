import { describe, expect, it } from '@jest/globals';
import { decode, MAX_FILE_BYTES } from '../../src/topology/decode.js';
import { loadTopology } from '../../src/topology/load.js';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)));

describe('bytes that are no UTF-8', () => {
  it.each<[string, Uint8Array, number, number]>([
    ['a lone Latin-1 letter', bytes('name: a\nb: ', [0xe9], '\n'), 2, 4],
    ['a sequence cut off at the end', bytes('ä: ', [0xe2, 0x82]), 1, 4],
    ['a sequence cut off in the middle', bytes('a: ', [0xe2, 0x82], 'x'), 1, 4],
    ['the first byte', bytes([0xff, 0xfe], 'a'), 1, 1],
  ])('%s', (_, input, line, column) => {
    const { problem } = decode('f.yaml', input);
    expect(problem).toMatchObject({ code: 'invalid-utf8', at: { line, column } });
  });

  it('are guessed to be UTF-16 where they look like it', () => {
    expect(decode('f.yaml', new Uint8Array(Buffer.from('\ufeffname: a', 'utf16le'))).problem?.hint).toMatch(/UTF-16/);
  });
});

it('takes a byte order mark', () => {
  expect(decode('f.yaml', bytes([0xef, 0xbb, 0xbf], 'name: a')).text).toBe('name: a');
});

it('refuses a large file without reading it', () => {
  const { topology, diagnostics } = loadTopology({ file: 'f.yaml', bytes: new Uint8Array(MAX_FILE_BYTES + 1) }, {});
  expect(topology).toBeNull();
  expect(diagnostics.map(({ code }) => code)).toEqual(['file-too-large']);
});
