/** Against the kernel and against `nft`: what we send, what it keeps, what the text gives. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { desiredTable } from '../../../src/model/nft/canonical.js';
import { ruleText, tableText } from '../../../src/model/nft-text.js';
import type { NftTable } from '../../../src/model/operation.js';
import type { Step } from './agent.js';
import { arbitraryTable } from './arbitrary-table.js';
import { CASE_TABLE, CASES } from './cases.js';
import { type Agent, buildAgent } from './in-namespace.js';

let agent: Agent;
beforeAll(() => {
  agent = buildAgent();
});
afterAll(() => {
  agent.close();
});

const OK = { ok: true };
const BYTES = { do: 'bytes' } as const;
const LIST = { do: 'list' } as const;
const load = (table: NftTable, commit = true) => ({ do: 'replace', table, commit }) as const;
const read = (table: NftTable) => ({ do: 'read', name: table.name }) as const;
const byText = (table: NftTable) =>
  ({ do: 'nft', input: `add table inet ${table.name}\ndelete table inet ${table.name}\n${tableText(table)}` }) as const;

describe('the text of a rule', () => {
  it.each(CASES)('%j is %s', (rule, text) => {
    expect(ruleText(rule)).toBe(text);
  });
});

describe('every case', () => {
  it('is read back as it was meant', () => {
    expect(agent.run([load(CASE_TABLE), read(CASE_TABLE)])).toEqual([OK, desiredTable(CASE_TABLE)]);
  });

  it('is read back the same where nft loaded the text', () => {
    expect(agent.run([byText(CASE_TABLE), read(CASE_TABLE)])).toEqual([{ status: 0, stderr: '' }, desiredTable(CASE_TABLE)]);
  });

  it('is the same to the byte, loaded by nft or by us', () => {
    const [, ours] = agent.run([load(CASE_TABLE), BYTES]);
    const [, theirs] = agent.run([byText(CASE_TABLE), BYTES]);
    expect(ours).toHaveLength(CASES.length);
    expect(ours).toEqual(theirs);
  });

  it('is listed by nft in the words of our text', () => {
    const [, listing] = agent.run([load(CASE_TABLE), LIST]) as [unknown, string];
    const lines = listing.split('\n').map((line) => line.trim());
    expect(lines.filter((line) => CASES.some(([, text]) => text === line))).toEqual(CASES.map(([, text]) => text));
    expect(lines).toContain('comment "topo:cases/rules"');
  });

  it('is loaded without the rights of root', () => {
    expect(agent.run([load(CASE_TABLE), read(CASE_TABLE)], true)).toEqual([OK, desiredTable(CASE_TABLE)]);
  });
});

const seed = Date.now() & 0x7fffffff;

describe(`a random table (seed ${seed})`, () => {
  const tables = fc.sample(arbitraryTable, { numRuns: 300, seed });

  it('is read back as it was meant', () => {
    const results = agent.run(tables.flatMap((table) => [load(table), read(table)]));
    expect(results).toEqual(tables.flatMap((table) => [OK, desiredTable(table)]));
  });

  it('is the same to the byte, loaded by nft or by us, read back and listed in the same words', () => {
    const some = tables.slice(0, 60);
    const remove = (table: NftTable) => ({ do: 'delete', name: table.name }) as const;
    const steps = (table: NftTable): Step[] => [load(table), BYTES, remove(table), byText(table), BYTES, read(table), LIST, remove(table)];
    const results = agent.run(some.flatMap(steps));
    some.forEach((table, i) => {
      const [loaded, ours, , accepted, theirs, observed, listing] = results.slice(i * 8, i * 8 + 8);
      expect([loaded, accepted]).toEqual([OK, { status: 0, stderr: '' }]);
      expect(ours).toEqual(theirs);
      expect(observed).toEqual(desiredTable(table));
      const lines = String(listing)
        .split('\n')
        .map((line) => line.trim());
      expect(lines).toEqual(expect.arrayContaining(table.chains.flatMap(({ rules }) => rules.map(ruleText))));
    });
  });

  it('differs from another in what decides, too', () => {
    const code = (table: NftTable): string =>
      JSON.stringify(desiredTable(table).chains.map(({ name, hook, rules }) => [name, hook, rules.map((rule) => rule.code)]));
    const text = (table: NftTable): string =>
      JSON.stringify(table.chains.map((chain) => [tableText({ name: 'x', comment: '', chains: [chain] })]));
    const codes = new Set(tables.map(code));
    expect(codes.size).toBe(new Set(tables.map(text)).size);
  });
});
