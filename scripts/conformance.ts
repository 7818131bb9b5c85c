/**
 * Runs the tests of the program's promises (test/conformance/promises.ts) and prints a table; `npm run test:conformance`.
 * `-- G4 G6` runs those of these promises only; `-- --write` puts what came of it into docs/guarantees.md.
 * `-- --of REPORT CASES` prints the table of a run of all tests that there was (scripts/tally-reporter.js). The status is 1 where a promise
 * is not kept, or nothing has tried it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CASES_FILE, isKept, PAGE, tableOf, withRows, type Row, type Run } from '../test/conformance/page.js';
import { PROMISES } from '../test/conformance/promises.js';

/** Of Jest's report, what is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: 'passed' | 'failed';
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

type Cases = ReadonlyMap<string, number>;
const keyOf = (file: string, test: string): string => `${file}\n${test}`;

/** All cases that tests have told of, by file and test. */
function casesIn(file: string): Cases {
  const cases = new Map<string, number>();
  if (!existsSync(file)) return cases;
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const [path, test, count] = JSON.parse(line) as [string, string, number];
    cases.set(keyOf(path, test), (cases.get(keyOf(path, test)) ?? 0) + count);
  }
  return cases;
}

function run(paths: readonly string[], folder: string): { readonly report: Report; readonly cases: Cases } {
  const [report, cases] = [join(folder, 'report.json'), join(folder, 'cases')];
  const jest = ['node_modules/jest/bin/jest.js', '--json', '--outputFile', report, ...paths];
  spawnSync(process.execPath, jest, {
    // Jest's own report goes to a file, and what people read to standard error.
    stdio: ['inherit', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules', [CASES_FILE]: cases },
  });
  return { report: JSON.parse(readFileSync(report, 'utf8')) as Report, cases: casesIn(cases) };
}

/** A test is one case unless it has told of more. */
function rowOf({ id, promise, tests }: (typeof PROMISES)[number], report: Report, cases: Cases): Row {
  const paths = tests.map((path) => resolve('test', path));
  const own = report.testResults.filter(({ name }) => paths.some((path) => name === path || name.startsWith(`${path}/`)));
  const ran = own.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'passed' || status === 'failed').map((one) => ({ name, ...one })),
  );
  // A file that cannot even be loaded has no tests, and failed.
  const broken = own.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
  return {
    id,
    promise,
    cases: ran.reduce((sum, { name, fullName }) => sum + (cases.get(keyOf(name, fullName)) ?? 1), 0),
    failures: ran.filter(({ status }) => status === 'failed').length + broken,
  };
}

function thisRun(): Run {
  const git = (...args: readonly string[]): string => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim();
  const commit = git('rev-parse', '--short', 'HEAD') || 'unknown';
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src', 'test') === '' ? '' : ' and changes';
  const date = new Date().toISOString().slice(0, 10);
  return { commit: `${commit}${changed}`, kernel: release().replace(/-.*/, ''), date, long: process.env['TOPO_LONG'] === '1' };
}

async function main(args: readonly string[]): Promise<number> {
  const [first, file, told] = args;
  if (first === '--of' && file !== undefined && told !== undefined) {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    const rows = PROMISES.map((promise) => rowOf(promise, report, casesIn(told)));
    console.log(tableOf(rows, thisRun()));
    return rows.every(isKept) ? 0 : 1;
  }
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const promises = PROMISES.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  if (promises.length === 0) throw new Error(`no such promise: ${wanted.join(' ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'topo-conformance-'));
  // The tests are those of now, whatever is checked out when they are through.
  const of = thisRun();
  try {
    const { report, cases } = run([...new Set(promises.flatMap(({ tests }) => tests.map((path) => `/test/${path}`)))], folder);
    const rows = promises.map((promise) => rowOf(promise, report, cases));
    console.log(tableOf(rows, of));
    if (args.includes('--write')) await write(rows, of);
    return rows.every(isKept) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function write(rows: readonly Row[], of: Run): Promise<void> {
  const page = withRows(readFileSync(PAGE, 'utf8'), PROMISES, rows, of);
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

process.exitCode = await main(process.argv.slice(2));
