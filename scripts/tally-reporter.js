import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ends a test run with one line for machines, `N passed, N failed`, and refuses a run in which no test ran. With TOPO_CONFORMANCE=1 the
 * table of the promises comes before it where all tests were run, and a promise that nothing has tried is an error.
 */
export default class TallyReporter {
  #problem = null;
  #folder = null;

  constructor({ testPathPatterns, testNamePattern }) {
    const isWhole = testPathPatterns.patterns.length === 0 && !testNamePattern;
    if (process.env.TOPO_CONFORMANCE !== '1' || !isWhole) return;
    this.#folder = mkdtempSync(join(tmpdir(), 'topo-conformance-'));
    // The workers, which are started later, have it too.
    process.env.TOPO_TEST_CASES = join(this.#folder, 'cases');
  }

  onRunComplete(_contexts, results) {
    // A file that does not even load is a failure without a test of its own.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    if (results.numPassedTests + failed === 0) this.#problem = 'no test ran';
    if (this.#folder !== null && !this.#printTable(results)) this.#problem ??= 'a promise is not kept, or nothing has tried it';
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
  }

  getLastError() {
    return this.#problem === null ? undefined : new Error(this.#problem);
  }

  #printTable({ testResults }) {
    const report = join(this.#folder, 'report.json');
    // As `jest --json` writes it.
    const files = testResults.map(({ testFilePath, testExecError, numFailingTests, testResults: tests }) => ({
      name: testFilePath,
      status: testExecError === undefined && numFailingTests === 0 ? 'passed' : 'failed',
      assertionResults: tests.map(({ fullName, status }) => ({ fullName, status })),
    }));
    try {
      writeFileSync(report, JSON.stringify({ testResults: files }));
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['scripts/run-ts.js', 'scripts/conformance.ts', '--of', report, process.env.TOPO_TEST_CASES],
        { encoding: 'utf8' },
      );
      process.stdout.write(stdout + stderr);
      return status === 0;
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
