/** `topo validate --format sarif`, judged by the parts of the SARIF 2.1.0 schema (OASIS) that it uses: what is required, and nothing else is allowed. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Program, USERS } from '../sandbox/program.js';

const text = { type: 'string', minLength: 1 };
const fromOne = { type: 'integer', minimum: 1 };
const only = (properties: object, required: readonly string[]): object => ({
  ...{ type: 'object', additionalProperties: false },
  ...{ properties, required },
});
const listOf = (items: object): object => ({ type: 'array', items });
const unique = (items: object): object => ({ type: 'array', uniqueItems: true, items });

const physicalLocation = only(
  {
    // RFC 3986, as far as a path has it: no space, no bare percent sign, and no colon that would make a scheme of what is before it.
    artifactLocation: only({ uri: { type: 'string', pattern: "^(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-Fa-f]{2})+$" } }, ['uri']),
    region: only({ startLine: fromOne, startColumn: fromOne, endColumn: fromOne }, ['startLine', 'startColumn', 'endColumn']),
  },
  ['artifactLocation'],
);
const message = only({ text }, ['text']);

const SARIF = only(
  {
    $schema: { type: 'string', const: 'https://json.schemastore.org/sarif-2.1.0.json' },
    version: { const: '2.1.0' },
    runs: listOf(
      only(
        {
          tool: only({ driver: only({ name: text, version: text, rules: unique(only({ id: text }, ['id'])) }, ['name']) }, ['driver']),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: listOf(
            only(
              {
                ruleId: text,
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message,
                locations: listOf(only({ physicalLocation }, ['physicalLocation'])),
                relatedLocations: unique(only({ physicalLocation, message }, ['physicalLocation', 'message'])),
              },
              ['message'],
            ),
          ),
        },
        ['tool'],
      ),
    ),
  },
  ['version', 'runs'],
);

const program = new Program(USERS.at(-1)!);
const folder = join(program.folder, 'labs');
let isSarif: ValidateFunction;

beforeAll(async () => {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  isSarif = new Ajv2020({ strict: true, allErrors: true }).compile(SARIF);
  mkdirSync(folder);
});
afterAll(() => program.dispose());

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly { readonly ruleId: string; readonly relatedLocations?: readonly unknown[] }[];
  }[];
}

function sarif(status: number, files: { readonly [name: string]: string }): Log {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const done = program.run(['validate', '--format', 'sarif', ...Object.keys(files)], {}, folder);
  expect([done.status, done.stderr]).toEqual([status, '']);
  const log = JSON.parse(done.stdout) as Log;
  isSarif(log);
  expect(isSarif.errors).toBeNull();
  return log;
}

it('is SARIF, whatever is wrong and whatever the files are called', () => {
  const { runs } = sarif(1, {
    'bad.yaml': 'name: lab\nnodse: {}\nnodes: { a: { networks: [lan, nix] }, b: {}, a: {} }\nnetworks: { lan: { subnet: 10.0.0.0/33 } }\n',
    'a b%é#?.yaml': 'nodes: 5\n',
    'x:y.yaml': '{',
    'empty.yaml': '',
    'large.yaml': `# ${'x'.repeat(1024 * 1024)}`,
    'bytes.yaml': 'name: \u0000\n',
  });
  const [{ results, tool }] = runs as [Log['runs'][number]];
  expect(results.length).toBeGreaterThan(8);
  expect(results.some(({ relatedLocations = [] }) => relatedLocations.length > 0)).toBe(true);
  expect([...new Set(results.map(({ ruleId }) => ruleId))].sort()).toEqual(tool.driver.rules.map(({ id }) => id));
});

it('is SARIF without results for valid files', () => {
  const { runs } = sarif(0, { 'good.yaml': 'name: lab\nnodes: { a: {} }\n' });
  expect(runs).toEqual([expect.objectContaining({ results: [] })]);
});
