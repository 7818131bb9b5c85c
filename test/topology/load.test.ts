import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CODES } from '../../src/topology/codes.js';
import { loadTopology, type Loaded } from '../../src/topology/load.js';
import { formatDiagnostics } from '../../src/report/diagnostics.js';

// `UPDATE_GOLDEN=1 npm run jest -- test/topology` writes what is expected anew.
const folder = new URL('fixtures/', import.meta.url).pathname;
const update = process.env['UPDATE_GOLDEN'] === '1';

const names = (kind: string): string[] =>
  readdirSync(`${folder}${kind}`)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));

const load = (kind: string, name: string): Loaded =>
  loadTopology({ file: `${name}.yaml`, bytes: readFileSync(`${folder}${kind}/${name}.yaml`) }, { SUBNET: '', MTUU: '1400' });

function expectGolden(path: string, text: string): void {
  if (update) writeFileSync(`${folder}${path}`, text);
  expect(text).toBe(readFileSync(`${folder}${path}`, 'utf8'));
}

describe('a valid file', () => {
  it.each(names('valid'))('%s', (name) => {
    const { topology, diagnostics } = load('valid', name);
    expect(diagnostics).toEqual([]);
    const withoutPlaces = JSON.stringify(topology, (key, value: unknown) => (key === 'at' ? undefined : value), 2);
    expectGolden(`valid/${name}.json`, `${withoutPlaces}\n`);
  });
});

describe('a file that is wrong', () => {
  it.each(names('invalid'))('%s', (name) => {
    const { topology, diagnostics, text } = load('invalid', name);
    expect(topology).toBeNull();
    expect(diagnostics).not.toEqual([]);
    expect(diagnostics.filter(({ hint }) => hint === undefined)).toEqual([]);
    expectGolden(`invalid/${name}.txt`, formatDiagnostics(diagnostics, new Map([[`${name}.yaml`, text]]), { color: false }));
  });

  it.each([100, 5_000, 200_000])('is nested too deep: %d lists, whether the parser’s stack or the limit ends it', (depth) => {
    const bytes = new TextEncoder().encode(`name: shop\nx-deep: ${'['.repeat(depth)}${']'.repeat(depth)}\n`);
    const { topology, diagnostics } = loadTopology({ file: 'f.yaml', bytes }, {});
    expect(topology).toBeNull();
    expect(diagnostics).toMatchObject([{ code: 'yaml-too-deep', at: { line: 2 } }]);
  });

  it('gives its problems in the order of the file', () => {
    const lines = load('invalid', 'many-at-once').diagnostics.map(({ at }) => at?.line ?? 0);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
    expect(new Set(lines).size).toBeGreaterThan(2);
  });

  it('has every code of the list in some fixture, but those of bytes and directories', () => {
    const used = new Set(names('invalid').flatMap((name) => load('invalid', name).diagnostics.map(({ code }) => code)));
    const elsewhere = ['file-missing', 'no-topology', 'several-topologies', 'file-too-large', 'invalid-utf8'];
    // test/commands/include.test.ts
    const ofOtherFiles = Object.keys(CODES).filter((code) => code.startsWith('include-'));
    expect(Object.keys(CODES).filter((code) => !used.has(code) && ![...elsewhere, ...ofOtherFiles].includes(code))).toEqual([]);
  });
});
