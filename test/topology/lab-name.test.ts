import { expect, it } from '@jest/globals';
import { labNameOf } from '../../src/topology/lab-name.js';

const nameOf = (text: string, variables = {}) => labNameOf({ file: 'f.yaml', bytes: new TextEncoder().encode(text) }, variables);

it.each([
  ['a valid file', 'name: shop\nnodes: {}\n'],
  ['one that does not validate', 'nodes: 5\nname: shop\nfoo: bar\n'],
  ['one that is not YAML any more', 'name: shop\nnodes:\n\tweb: {\n'],
  ['one with variables', 'name: ${LAB:-shop}\nx: ${UNSET}\n'],
  ['one in quotes', '"name": "shop"\n'],
  ['one with a comment behind it', 'name: shop # ours\n'],
  ['one with Windows line ends', 'nodes: {}\r\nname: shop\r\n'],
  ['one where nodes have a name too', 'nodes:\n  name: {}\nname: shop\n'],
  ['one that begins as a document', '---\nname: shop\n'],
])('is read from %s', (_, text) => expect(nameOf(text)).toMatchObject({ name: 'shop', diagnostics: [] }));

it.each([
  ['', 'missing-key'],
  ['nodes: {}\n', 'missing-key'],
  ['- name\n', 'missing-key'],
  ['name: 5\n', 'missing-key'],
  ['name: true\n', 'missing-key'],
  ['nodes:\n  name: shop\n', 'missing-key'],
  ['--- |\nname: shop\n', 'missing-key'],
  ['name: Not A Name\n', 'bad-name'],
  ['name: ${LAB}\n', 'variable-unset'],
])('%j has none: %s', (text, code) => expect(nameOf(text)).toMatchObject({ name: null, diagnostics: [{ code }] }));

it('is read although bytes are no UTF-8', () => {
  expect(labNameOf({ file: 'f', bytes: Uint8Array.from([...Buffer.from('name: shop\nx: '), 0xff, 0x0a]) }, {}).name).toBe('shop');
});
