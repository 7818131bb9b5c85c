/** Ends a test run with one line for machines, `N passed, N failed`, and refuses a run in which no test ran. */
export default class TallyReporter {
  #empty = false;

  onRunComplete(_contexts, results) {
    // A file that does not even load is a failure without a test of its own.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    this.#empty = results.numPassedTests + failed === 0;
    process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
  }

  getLastError() {
    return this.#empty ? new Error('no test ran') : undefined;
  }
}
