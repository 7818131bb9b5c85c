import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Program, USERS } from '../sandbox/program.js';

let program: Program;
beforeAll(() => {
  program = new Program(USERS[0]);
});
afterAll(() => program.dispose());

const destroy = (...args: readonly string[]) => program.run(['--sandbox=destroy', 'destroy', ...args]);

describe('destroy of a lab that is not there', () => {
  it.each([
    ['by its file', ['examples/first-lab'], 'first-lab'],
    ['by its name', ['--lab', 'nothing'], 'nothing'],
    ['without a question', ['--lab', 'nothing', '--yes'], 'nothing'],
  ])('%s says so and has done all that was asked', (_how, args, lab) => {
    expect(destroy(...args)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: `There is no lab ${lab} on this machine: nothing to destroy.\n`,
    });
  });

  it('gives the same events as any other', () => {
    const { status, stdout } = destroy('--lab', 'nothing', '--json');
    const events = stdout.trim().split('\n');
    expect(status).toBe(0);
    expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['plan', 'verify', 'summary']);
  });
});

it('is told the lab once', () => {
  expect(destroy('examples/first-lab', '--lab', 'first-lab', '--yes')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('--lab first-lab and the file examples/first-lab both say which lab is meant [conflicting-arguments]'),
  });
});

it.each([
  ['the name of a lab in place of a file', ['shop'], 'hint: destroy --lab shop needs no file'],
  ['a directory without a file', ['examples'], 'hint: destroy --lab NAME needs no file'],
  ['a file that is not there', ['nowhere/topo.yaml'], 'hint: destroy --lab NAME needs no file'],
])('%s: the hint is --lab', (_what, args, hint) => {
  expect(destroy(...args)).toMatchObject({ status: 1, stderr: expect.stringContaining(hint) });
  expect(program.run(['--sandbox=destroy', 'confirm', ...args])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(hint.replace('destroy', 'confirm')),
  });
});
