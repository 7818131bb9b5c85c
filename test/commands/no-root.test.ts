/** Without root and without a sandbox, each command that needs the kernel says so in the same words. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Program, USERS } from '../sandbox/program.js';
import { TOPO, World } from '../system/world.js';

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

  it.each(['net_admin', 'sys_admin'])('root that lacks %s is told so, before anything is changed', async (capability) => {
    const world = await World.create();
    try {
      const file = world.file('topo.yaml', 'name: lab\nnetworks: { a: {} }\nnodes: { n: { networks: [a] } }\n');
      const before = world.snapshot();
      for (const command of ['plan', 'apply --yes', 'status', 'destroy --yes']) {
        const { status, stdout, stderr } = world.sh(
          `setpriv --bounding-set -${capability} --inh-caps -${capability} ${process.execPath} ${TOPO} ${command} ${file}`,
        );
        expect({ status, stdout, stderr }).toEqual({
          status: 1,
          stdout: '',
          stderr: expect.stringContaining(`without CAP_${capability.toUpperCase()} over`),
        });
        expect(stderr).not.toMatch(/^ +at |should not have happened/m);
      }
      expect(world.snapshot()).toBe(before);
    } finally {
      world.dispose();
    }
  });

  it('files are validated, and commands run in the host’s own namespace', () => {
    expect(program.run(['validate', 'examples/first-lab']).status).toBe(0);
    expect(program.run(['exec', 'host', '--', 'true']).status).toBe(0);
  });
});
