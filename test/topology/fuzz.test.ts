import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isMap, isScalar, parseDocument, visit, type Pair, type Scalar } from 'yaml';
import { formatDiagnostics } from '../../src/report/diagnostics.js';
import { labNameOf } from '../../src/topology/lab-name.js';
import { loadTopology, type Loaded } from '../../src/topology/load.js';

const folder = new URL('fixtures/', import.meta.url).pathname;
const texts = ['valid', 'invalid'].flatMap((kind) =>
  readdirSync(`${folder}${kind}`)
    .filter((name) => name.endsWith('.yaml') && !name.includes('full'))
    .map((name) => readFileSync(`${folder}${kind}/${name}`, 'utf8')),
);
const valid = readdirSync(`${folder}valid`)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(`${folder}valid/${name}`, 'utf8').replace(/^\ufeff/, ''));

/** Loads and prints; the result is a topology or at least one error, each with a place in the file. */
function loaded(bytes: Uint8Array): Loaded {
  const result = loadTopology({ file: 'f.yaml', bytes }, {});
  labNameOf({ file: 'f.yaml', bytes }, {});
  expect(result.topology === null).toBe(result.diagnostics.length > 0);
  const lines = result.text.split('\n').length;
  for (const { at } of result.diagnostics) {
    expect(at?.line).toBeGreaterThan(0);
    expect(at?.line).toBeLessThanOrEqual(lines);
    expect(at?.column).toBeGreaterThan(0);
    expect(at?.length).toBeGreaterThan(0);
  }
  formatDiagnostics(result.diagnostics, new Map([['f.yaml', result.text]]), { color: true });
  return result;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

it('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void loaded(bytes)),
    { numRuns: 300 },
  );
});

it('never throws, whatever the text', () => {
  const words = fc.constantFrom(
    'name',
    'nodes',
    'networks',
    ':',
    ': ',
    '\n',
    '\n  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '<<',
    '"',
    "'",
    '|',
    '>',
    '#',
    '?',
    '!',
    '$',
    '${A',
    '}',
    '\t',
    'a',
    '1',
    '%',
    '---',
    '...',
    ',',
    '\u0000',
    '😀',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => void loaded(encode(parts.join('')))),
    { numRuns: 500 },
  );
});

it('never throws, whatever is cut from, put into or doubled in a file', () => {
  const edit = fc.record({
    text: fc.constantFrom(...texts),
    at: fc.nat(),
    length: fc.nat({ max: 30 }),
    put: fc.constantFrom('', ' ', '\n', ':', '{', ']', '"', '5', '- ', '*', '&x ', '<<: ', '10.0.0.1', '${X}', 'null', '~'),
  });
  const edited = edit.map(({ text, at, length, put }) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + put + text.slice(start + length);
  });
  fc.assert(
    fc.property(edited, (text) => void loaded(encode(text))),
    { numRuns: 500 },
  );
});

const FREE = ['labels', 'sysctls', 'networks', 'hosts', 'nodes', 'groups', 'interfaces', 'extra_hosts', 'env', 'environment', 'areas'];

/** Keys that the language names, as opposed to names of the user's; nothing below x- and nothing that another name could replace. */
function languageKeys(text: string): readonly (readonly [start: number, end: number])[] {
  const found: (readonly [number, number])[] = [];
  visit(parseDocument(text), {
    Pair(_, pair, path) {
      const key = pair.key as Scalar;
      const parents = path
        .filter((node): node is Pair<Scalar> => 'key' in node && isScalar(node.key))
        .map((node) => String(node.key.value));
      if (parents[0]?.startsWith('x-') === true || String(key.value).startsWith('x-') || key.value === '<<') return;
      if (parents.length > 0 && FREE.includes(parents.at(-1) ?? '') && isMap(path.at(-1) as object)) return;
      // Labels by which a policy chooses nodes.
      if (parents.includes('policy') && ['to', 'from'].includes(parents.at(-1) ?? '')) return;
      // Interfaces of an area.
      if (parents.at(-2) === 'areas') return;
      if (key.range) found.push([key.range[0], key.range[1]]);
    },
  });
  return found;
}

it('gives an error on the very key when a key of a valid file is mistyped', () => {
  const mutants = valid.flatMap((text) => languageKeys(text).map((range) => ({ text, range })));
  expect(mutants.length).toBeGreaterThan(100);
  for (const { text, range } of mutants) {
    const [start, end] = range;
    const quoted = text[start] === '"' ? 1 : 0;
    const mutant = `${text.slice(0, end - quoted)}zq${text.slice(end - quoted)}`;
    const line = text.slice(0, start).split('\n').length;
    const { diagnostics } = loaded(encode(mutant));
    expect(diagnostics.filter(({ code, at }) => code === 'unknown-key' && at?.line === line)).not.toEqual([]);
  }
});

it('gives an error when a value of a valid file gets another type', () => {
  for (const text of valid) {
    const document = parseDocument(text);
    visit(document, {
      Scalar(key, node, path) {
        const parents = path
          .filter((each): each is Pair<Scalar> => 'key' in each && isScalar(each.key))
          .map((each) => String(each.key.value));
        if (key === 'key' || parents[0]?.startsWith('x-') === true || !node.range) return;
        const [start, end] = node.range;
        if (start === end) return;
        const mutant = `${text.slice(0, start)}[[7]]${text.slice(end)}`;
        expect(loaded(encode(mutant)).diagnostics).not.toEqual([]);
      },
    });
  }
});
