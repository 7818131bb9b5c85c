/** What stands where a topology is expected need not be a small regular file. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Program, USERS } from '../sandbox/program.js';

let program: Program;
beforeAll(() => {
  program = new Program(USERS[0]);
});
afterAll(() => program.dispose());

const LAB = 'examples/first-lab/topo.yaml';

describe('a topology comes from', () => {
  it.each([
    ['a pipe', `cat ${LAB} | topo validate /dev/stdin`, '/dev/stdin'],
    ['standard input', `topo validate - <${LAB}`, '/dev/stdin'],
    ['a slow pipe', `{ head -c 9 ${LAB}; sleep 0.2; tail -c +10 ${LAB}; } | topo validate /dev/stdin`, '/dev/stdin'],
    ['a process substitution', `topo validate <(cat ${LAB})`, '/dev/fd/'],
    ['a FIFO that somebody writes to', `mkfifo pipe; cat ${LAB} >pipe & topo validate pipe`, 'pipe'],
  ])('%s', (_what, script, name) => {
    const { status, stdout } = program.shell(script);
    expect(status).toBe(0);
    expect(stdout).toMatch(/: valid \(lab first-lab\)\n$/);
    expect(stdout).toContain(name);
  });
});

describe('a file without end is given up after 1 MiB', () => {
  it.each([
    ['a device', 'topo validate /dev/zero'],
    ['a pipe', 'yes | topo validate /dev/stdin'],
    ['a huge file', 'truncate -s 4G huge.yaml; topo validate huge.yaml; status=$?; rm huge.yaml; exit $status'],
    ['by destroy too', 'topo destroy /dev/zero'],
  ])('%s', (_what, script) => {
    const { status, stderr } = program.shell(script);
    expect(status).toBe(1);
    expect(stderr).toMatch(/more than the 1048576 bytes \(1 MiB\) .* \[file-too-large\]/);
  });
});
