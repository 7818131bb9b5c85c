import { describe, expect, it } from '@jest/globals';
import { readInvocation } from '../../src/sandbox/invocation.js';

const exists = (path: string): boolean => path === 'lab' || path === 'lab.yaml';

/** What stands before `=>`, the sandbox, the arguments that are left. */
const read = (line: string) => {
  const { sandbox, argv } = readInvocation(line.split(' '), exists);
  return `${sandbox ?? '-'} | ${argv.join(' ')}`;
};

describe('--sandbox', () => {
  it.each([
    ['plan lab.yaml', '- | plan lab.yaml'],
    ['--sandbox plan lab.yaml', 'default | plan lab.yaml'],
    ['plan --sandbox lab.yaml', 'default | plan lab.yaml'],
    ['plan lab.yaml --sandbox', 'default | plan lab.yaml'],
    ['--sandbox=test plan lab.yaml', 'test | plan lab.yaml'],
    ['--sandbox test plan lab.yaml', 'test | plan lab.yaml'],
    ['plan --sandbox test lab.yaml', 'test | plan lab.yaml'],
    ['plan lab.yaml --sandbox test --json', 'test | plan lab.yaml --json'],
    ['--quiet --sandbox plan', 'default | --quiet plan'],
  ])('%s', (line, result) => {
    expect(read(line)).toBe(result);
  });

  it.each([
    ['a file or directory that exists is no name', 'plan --sandbox lab', 'default | plan lab'],
    ['a path is no name', 'plan --sandbox ./other', 'default | plan ./other'],
    ['a file that is missing is no name', 'plan --sandbox typo.yaml', 'default | plan typo.yaml'],
    ['a node is no name', 'exec --sandbox web -- ping db', 'default | exec web -- ping db'],
    ['a node is no name, with a name given', 'exec --sandbox=test web -- ls', 'test | exec web -- ls'],
    ['a name before the command of a node', '--sandbox test shell web', 'test | shell web'],
    ['what follows -- belongs to another program', 'exec web -- topo --sandbox plan', '- | exec web -- topo --sandbox plan'],
    ['the command of exec needs no --', '--sandbox test exec web ping -c 1 db', 'test | exec web -- ping -c 1 db'],
    ['options of its command are its own', 'exec web topo --sandbox plan --help', '- | exec web -- topo --sandbox plan --help'],
    ['its own options may follow the node', 'exec web --lab shop --sandbox ls -l', 'default | exec web --lab shop -- ls -l'],
    ['a runtime is no node', 'exec --runtime podman web ls', '- | exec --runtime podman web -- ls'],
    ['the value of its option is no node', 'exec --lab shop web ls -- -l', '- | exec --lab shop web -- ls -- -l'],
    ['the last one counts', '--sandbox=a plan --sandbox=b', 'b | plan'],
  ])('%s', (_rule, line, result) => {
    expect(read(line)).toBe(result);
  });

  it.each([
    ['needs a command', '--sandbox --quiet', '- | --quiet'],
    ['is not started for an unknown command', '--sandbox plna', '- | plna'],
    ['is not started for help', 'plan --sandbox --help', '- | plan --help'],
    ['is not started for a check of a file, which needs no kernel', 'validate --sandbox lab.yaml', '- | validate lab.yaml'],
    ['is not started to list sandboxes', '--sandbox sandbox ls', '- | sandbox ls'],
  ])('%s', (_rule, line, result) => {
    expect(read(line)).toBe(result);
  });

  it.each(['plan --sandbox=', 'plan --sandbox=../x', 'plan --sandbox=A'])('refuses %s', (line) => {
    expect(() => read(line)).toThrow('the name of a sandbox is [a-z][a-z0-9-]*');
  });
});
