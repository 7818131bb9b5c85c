/** `include`: a lab of several files, each error at its place in its file. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program, USERS } from '../sandbox/program.js';

const program = new Program(USERS.at(-1)!);
const folder = join(program.folder, 'lab');
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const run = (...args: readonly string[]) =>
  program.run(args, { SIZE: '1400', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }, folder);
const git = (...args: readonly string[]): void =>
  void execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe' });

const FIRST = 'name: lab\ninclude: [nets.yaml, racks/one.yaml]\nnodes:\n  a: { networks: [lan] }\n';
const NETS = 'x-mtu: &mtu ${SIZE}\nnetworks:\n  lan: { subnet: 10.1.0.0/24, mtu: *mtu }\n';
const ONE = 'include: two.yaml\nnodes:\n  b: { networks: [lan] }\nlinks: [{ endpoints: ["a:eth5", "b:eth5"] }]\n';
const TWO = '# more\nnodes: { c: { networks: [lan] } }\n';
const ALL = `${FIRST.replace('include: [nets.yaml, racks/one.yaml]\n', '')}  b: { networks: [lan] }\n  c: { networks: [lan] }\nnetworks: { lan: { subnet: 10.1.0.0/24, mtu: 1400 } }\nlinks: [{ endpoints: ["a:eth5", "b:eth5"] }]\n`;

beforeAll(() => void mkdirSync(join(folder, 'racks'), { recursive: true }));
afterAll(() => program.dispose());

function files(changed: Record<string, string> = {}): void {
  const all = { 'topo.yaml': FIRST, 'nets.yaml': NETS, 'racks/one.yaml': ONE, 'racks/two.yaml': TWO, ...changed };
  for (const [name, text] of Object.entries(all)) write(name, text);
}

it('means what one file with all of it means', () => {
  files({ 'all.yaml': ALL });
  expect(run('validate')).toMatchObject({ status: 0, stdout: 'topo.yaml: valid (lab lab)\n', stderr: '' });
  expect(run('plan', '--from', 'all.yaml', 'topo.yaml', '--detailed-exitcode')).toMatchObject({ status: 0 });
  expect(run('plan', '--from', 'topo.yaml', 'all.yaml').stdout).toContain('No changes.');
});

it('has groups of other files', () => {
  const [first, groups] = ['  a: { networks: [lan], group: short }\n', '  short: { sysctls: { net.ipv4.ip_default_ttl: 32 } }\n'];
  files({ 'topo.yaml': FIRST.replace('  a: { networks: [lan] }\n', first), 'racks/two.yaml': `${TWO}groups:\n${groups}` });
  write('written.yaml', ALL.replace('a: { networks: [lan] }', 'a: { networks: [lan], sysctls: { net.ipv4.ip_default_ttl: 32 } }'));
  expect(run('plan', '--from', 'written.yaml', 'topo.yaml').stdout).toContain('No changes.');
});

it.each<[string, Record<string, string>, readonly string[]]>([
  [
    'a group that is nowhere, and one that is there twice',
    {
      'nets.yaml': `${NETS}groups: { same: {} }\n`,
      'racks/one.yaml': `${ONE}groups: { same: { dns: [192.0.2.1] } }\n`,
      'racks/two.yaml': 'nodes: { c: { group: smae } }\n',
    },
    [
      'racks/one.yaml:5:11: error: groups.same is defined twice',
      'racks/two.yaml:1:22: error: there is no group "smae"',
      'did you mean "same"?',
    ],
  ],
  [
    'a key that is mistyped',
    { 'racks/two.yaml': 'nodes:\n  c: { netwroks: [lan] }\n' },
    ['racks/two.yaml:2:8: error: unknown key "netwroks"', '2 |   c: { netwroks: [lan] }'],
  ],
  ['a network that is nowhere', { 'racks/one.yaml': ONE.replace('[lan]', '[wan]') }, ['racks/one.yaml:3:19: error: ', '"wan"']],
  [
    'a name that is there twice',
    { 'racks/two.yaml': 'nodes: { a: {} }\n' },
    ['racks/two.yaml:1:10: error: nodes.a is defined twice', 'it is here first: topo.yaml:4:3'],
  ],
  ['a key at the top that nobody knows', { 'nets.yaml': `${NETS}nodse: {}\n` }, ['nets.yaml:4:1: error: unknown key "nodse"']],
  ['what is no YAML', { 'racks/two.yaml': 'nodes: {\n' }, ['racks/two.yaml:']],
  [
    'a name of a lab, and defaults',
    { 'racks/two.yaml': 'name: other\ndefaults: {}\n' },
    ['racks/two.yaml:1:1: error: "name" is for the file that includes this one', 'racks/two.yaml:2:1'],
  ],
  ['a list', { 'racks/two.yaml': '- a\n' }, ['racks/two.yaml:1:1: error: the file must be a mapping, not a list']],
  ['a section of the wrong type', { 'racks/two.yaml': 'nodes: [c]\n' }, ['racks/two.yaml:1:1: error: "nodes" must be']],
  [
    'a variable that is not set',
    { 'racks/two.yaml': 'nodes: { c: { netns: "${NOWHERE}" } }\n' },
    ['racks/two.yaml:1:23: error: ', 'NOWHERE'],
  ],
  [
    'a file that includes itself',
    { 'racks/two.yaml': 'include: one.yaml\n' },
    ['racks/two.yaml:1:10: error: "one.yaml" includes itself', 'it is included here: topo.yaml:2:22'],
  ],
  [
    'one that includes the first',
    { 'racks/two.yaml': 'include: ../topo.yaml\n' },
    ['racks/two.yaml:1:10: error: "../topo.yaml" includes itself'],
  ],
  [
    'one that is included twice',
    { 'topo.yaml': FIRST.replace('racks/one.yaml]', 'racks/one.yaml, nets.yaml]') },
    ['topo.yaml:2:38: error: "nets.yaml" is included twice'],
  ],
  [
    'one that is not there',
    { 'racks/one.yaml': 'include: three.yaml\n' },
    [
      'racks/one.yaml:1:10: error: "three.yaml" cannot be included: there is no file racks/three.yaml',
      'hint: a path is taken from the folder of the file that includes it',
    ],
  ],
  [
    'a saved plan',
    { 'racks/one.yaml': '{ "format": "topo-saved-plan/1" }\n' },
    ['racks/one.yaml:1:1: error: this is no topology', '[own-document]'],
  ],
  [
    'a way out',
    { 'racks/one.yaml': 'include: ../../other.yaml\n' },
    ['racks/one.yaml:1:10: error: "../../other.yaml" is outside the folder'],
  ],
  ['an absolute path', { 'racks/one.yaml': 'include: /etc/passwd\n' }, ['racks/one.yaml:1:10: error: "/etc/passwd" is outside the folder']],
])('is refused with its place: %s', (_what, changed, expected) => {
  files(changed);
  const { status, stderr } = run('validate');
  expect(status).toBe(1);
  for (const text of expected) expect(stderr).toContain(text);
});

it('is no larger in all than one file may be', () => {
  files({ 'racks/two.yaml': `# ${'x'.repeat(4 * 1024 * 1024)}\n` });
  expect(run('validate').stderr).toContain('a lab is at most 256 files and 1048576 bytes in all');
});

it('follows no link out of the folder', () => {
  files({ 'racks/one.yaml': 'include: link.yaml\n' });
  symlinkSync('/etc/passwd', join(folder, 'racks/link.yaml'));
  expect(run('validate').stderr).toContain('"link.yaml" cannot be included: it leads out of');
  rmSync(join(folder, 'racks/link.yaml'));
});

it('is read in the revision that is asked for, and shows no secrets', () => {
  files();
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'one');
  files({ 'racks/two.yaml': TWO.replace('c:', 'd:') });
  const { status, stdout } = run('plan', '--from', 'git:HEAD');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ {2}\+ netns lab\.d /m);
  expect(stdout).toMatch(/^ {2}- netns lab\.c /m);
  expect(stdout).toContain('# racks/two.yaml:2 nodes.d');
  rmSync(join(folder, 'racks/two.yaml'));
  git('commit', '-qam', 'two');
  files();
  expect(run('plan', '--from', 'git:HEAD').stderr).toContain('there is no file racks/two.yaml in HEAD');
});
