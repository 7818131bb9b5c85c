/** Without root and without a sandbox, each command that needs the kernel says so in the same words. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Program, USERS } from '../sandbox/program.js';

let program: Program;
beforeAll(() => {
  program = new Program(USERS.at(-1)!);
});
afterAll(() => program.dispose());

const REFUSAL = `error: only root may look into the network namespaces of this machine [no-root]
  hint: run topo as root; --sandbox does without
`;

describe('without root', () => {
  it.each(['plan', 'status', 'apply --yes', 'destroy --yes --lab=first-lab', 'list', 'show', 'exec client -- true', 'shell client'])(
    'topo %s is refused',
    (line) => {
      const [command = '', ...rest] = line.split(' ');
      const file = ['plan', 'status', 'apply'].includes(command) ? ['examples/first-lab'] : [];
      expect(program.run([command, ...file, ...rest])).toEqual(expect.objectContaining({ status: 1, stdout: '', stderr: REFUSAL }));
    },
  );

  it('files are validated, and commands run in the host’s own namespace', () => {
    expect(program.run(['validate', 'examples/first-lab']).status).toBe(0);
    expect(program.run(['exec', 'host', '--', 'true']).status).toBe(0);
  });
});
