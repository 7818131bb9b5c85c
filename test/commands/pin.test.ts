/** `topo pin`: automatic subnets and addresses are written into the files of a lab. */
import { afterAll, beforeEach, expect, it } from '@jest/globals';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Program, USERS } from '../sandbox/program.js';

const program = new Program(USERS.at(-1)!);
const folder = join(program.folder, 'lab');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const run = (...args: readonly string[]) => program.run(args, { SIZE: '1400' }, folder);

/** Nobody writes a file that is somebody else's. */
function write(name: string, text: string, mode = 0o666): void {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
}

const TOPO = '\ufeffname: lab\ninclude: more.yaml\nnodes:\n  a: { networks: [lan] } # the first\n';
const MORE = '# more\nnetworks:\n  lan: { mtu: "${SIZE}" }\nnodes:\n  b:\n    networks:\n      lan:\n'.replace('"${SIZE}"', '1400');

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  write('topo.yaml', TOPO);
  write('more.yaml', MORE);
});
afterAll(() => program.dispose());

it('writes each value where it belongs, says so, and changes nothing else; the second time there is nothing to do', () => {
  write('before.yaml', TOPO.replace('more.yaml', 'other.yaml'));
  write('other.yaml', MORE);
  const { status, stdout, stderr } = run('pin');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(
    /^networks\.lan: subnet 10\.\S+\/22\nnodes\.a\.networks\.lan: ipv4_address \S+\nnodes\.b\.networks\.lan: ipv4_address \S+\nWritten to topo\.yaml, more\.yaml\.\n$/,
  );
  expect(read('topo.yaml')).toMatch(
    /^\ufeffname: lab\ninclude: more\.yaml\nnodes:\n {2}a: \{ networks: \{ lan: 10\.\S+ \} \} # the first\n$/,
  );
  expect(read('more.yaml')).toMatch(
    /^# more\nnetworks:\n {2}lan: \{ subnet: 10\.\S+\/22, mtu: 1400 \}\nnodes:\n {2}b:\n {4}networks:\n {6}lan: 10\.\S+\n$/,
  );
  expect(run('plan', '--from', 'before.yaml', 'topo.yaml').stdout).toContain('No changes.');
  const [one, other] = [read('topo.yaml'), read('more.yaml')];
  expect(run('pin')).toMatchObject({ status: 0, stdout: 'Nothing to write: no subnet and no address is automatic.\n' });
  expect([read('topo.yaml'), read('more.yaml')]).toEqual([one, other]);
});

it('--check writes nothing, and its exit status says whether something is automatic', () => {
  expect(run('pin', '--check')).toMatchObject({ status: 1, stdout: expect.stringContaining('Not written in topo.yaml, more.yaml.\n') });
  expect([read('topo.yaml'), read('more.yaml')]).toEqual([TOPO, MORE]);
  run('pin', '--quiet');
  expect(run('pin', '--check')).toMatchObject({ status: 0 });
});

it('names the place of what it cannot write, and writes the rest', () => {
  write('topo.yaml', `${TOPO.replace('nodes:', 'x-n: &n { networks: [lan] }\nnodes:')}  c: { <<: *n }\n`);
  const { status, stderr } = run('pin');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^topo\.yaml:3:22: warning: the address of nodes\.c\.networks\.lan stays automatic \[not-pinned\]\n/);
  expect(read('topo.yaml')).toMatch(/a: \{ networks: \{ lan: 10/);
});

it('says why a file cannot be written, and changes no other', () => {
  write('more.yaml', MORE, 0o444);
  if (process.getuid!() === 0) chownSync(join(folder, 'more.yaml'), 0, 0);
  const { status, stderr } = run('pin');
  expect(status).toBe(1);
  expect(stderr).toBe(
    'error: more.yaml cannot be written: EACCES [file-unwritable]\n  hint: see that you may write it, and into its folder: ls -l more.yaml\n',
  );
  expect([read('topo.yaml'), read('more.yaml')]).toEqual([TOPO, MORE]);
});

it('leaves a link a link, and a file its rights', () => {
  renameSync(join(folder, 'more.yaml'), join(folder, 'elsewhere.yaml'));
  symlinkSync('elsewhere.yaml', join(folder, 'more.yaml'));
  chmodSync(join(folder, 'elsewhere.yaml'), 0o646);
  expect(run('pin').status).toBe(0);
  expect(readlinkSync(join(folder, 'more.yaml'))).toBe('elsewhere.yaml');
  expect(read('elsewhere.yaml')).toContain('subnet: 10.');
  expect(statSync(join(folder, 'elsewhere.yaml')).mode & 0o777).toBe(0o646);
  expect(readdirSync(folder).sort()).toEqual(['elsewhere.yaml', 'more.yaml', 'topo.yaml']);
});

it('has errors of a file as all commands have them, and takes no standard input', () => {
  write('topo.yaml', 'name: lab\nnodes: { a: { networks: [wan] } }\n');
  expect(run('pin').stderr).toContain('topo.yaml:2:26: error: there is no network "wan"');
  expect(run('pin', '-').stderr).toContain('[conflicting-arguments]');
});
