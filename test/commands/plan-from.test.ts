import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, USERS } from '../sandbox/program.js';

// Who has no rights at all: no kernel is asked.
const program = new Program(USERS.at(-1)!);
const folder = join(program.folder, 'labs');

const OLD = 'name: lab\nnetworks: { lan: { subnet: 10.1.0.0/24 } }\nnodes:\n  a: { networks: [lan] }\n  b: { networks: [lan] }\n';
const NEW = OLD.replace('a: {', 'a: { ports: ["8080:80"],').replace('  b:', '  c:');
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const git = (...args: readonly string[]): void =>
  void execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { stdio: 'pipe' });
const plan = (...args: readonly string[]) =>
  program.run(['plan', ...args], { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }, folder);

beforeAll(() => {
  mkdirSync(folder);
  write('old.yaml', OLD);
  write('new.yaml', NEW);
  write('other.yaml', NEW.replace('name: lab', 'name: other'));
  write('broken.yaml', 'name: lab\nnodse: {}\n');
  write('topo.yaml', OLD);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('tag', 'v1');
  write('topo.yaml', NEW);
  git('commit', '-qam', 'two');
});
afterAll(() => program.dispose());

describe('the plan from one file to another', () => {
  it('says what changes, attribute by attribute', () => {
    const { status, stdout, stderr } = plan('--from', 'old.yaml', 'new.yaml');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^What changes from old\.yaml to new\.yaml, for the lab lab:$/m);
    expect(stdout).toMatch(/^ {2}\+ netns lab\.c /m);
    expect(stdout).toMatch(/^ {2}- netns lab\.b /m);
    expect(stdout).toContain('8080/tcp on all IPv4 addresses of the host -> a:80');
    expect(stdout).not.toContain('netns lab.a ');
  });

  it('is the other way round from the other one', () => {
    const counts = (text: string) => /(\d+) to add, (\d+) to change, (\d+) to destroy/.exec(text)!.slice(1);
    const [add, change, destroy] = counts(plan('--from', 'old.yaml', 'new.yaml').stdout);
    expect(counts(plan('--from', 'new.yaml', 'old.yaml').stdout)).toEqual([destroy, change, add]);
  });

  it('knows that containers go, of whatever runtime', () => {
    write('containers.yaml', `${OLD}  c: { image: busybox, networks: [lan] }\n`);
    const { status, stdout, stderr } = plan('--from', 'containers.yaml', 'old.yaml');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^ {2}- container lab\.c /m);
  });

  it('renames what is moved, and nothing of it is made anew', () => {
    write('was.yaml', `${OLD}  g: { network_mode: node:b }\nlinks: [{ endpoints: ['a:eth7', 'b:eth7'] }]\n`);
    const now = OLD.replace('lan:', 'net:').replaceAll('[lan]', '[net]').replace('  b:', '  c:');
    const moves = 'moved: [{ from: nodes.b, to: nodes.c }, { from: networks.lan, to: networks.net }]\n';
    write('moved.yaml', `${now}  g: { network_mode: node:c }\nlinks: [{ endpoints: ['a:eth7', 'c:eth7'] }]\n${moves}`);
    const { status, stdout } = plan('--from', 'was.yaml', 'moved.yaml');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ -> netns lab\.c \(node c\).*\n +# it was nodes\.b\n +name: lab\.b -> lab\.c/m);
    expect(stdout).toMatch(/^ -> bridge br-\w+.*\n +# it was networks\.lan/m);
    expect(stdout).not.toMatch(/^(-\/\+| {2}[-+]) (netns|bridge|address|loopback|node)/m);
    expect(stdout).toMatch(/^Plan: 2 to move, /m);
    const both = plan('--from', 'was.yaml', 'both.yaml');
    expect(both.status).toBe(1);
  });

  it('of what is moved, what cannot be renamed in place is made anew', () => {
    const lab = (lan: string, a: string): string => `name: lab
networks: { under: {}, ${lan}: { driver: vxlan, subnet: 10.2.0.0/16 }, pods: { driver: calico, subnet: 10.3.0.0/16 } }
hosts: { h1: { networks: [under] }, h2: { networks: [under] } }
nodes: { ${a}: { host: h1, networks: [${lan}, pods] }, b: { host: h2, networks: [${lan}, pods] } }
`;
    write('spans.yaml', lab('wide', 'a'));
    write('moved.yaml', `${lab('far', 'c')}moved: [{ from: nodes.a, to: nodes.c }, { from: networks.wide, to: networks.far }]\n`);
    const { stdout } = plan('--from', 'spans.yaml', 'moved.yaml');
    expect(stdout.match(/^ -> (netns|bridge)/gm)).toEqual([' -> netns', ' -> bridge', ' -> bridge']);
    expect(stdout.match(/^ {2}[-+] vxlan/gm)?.sort()).toEqual(['  + vxlan', '  + vxlan', '  - vxlan', '  - vxlan']);
    expect(stdout.match(/^-\/\+ veth .*:\w+/gm)).toEqual([expect.stringContaining('lab.c:eth1')]);
    expect(stdout).toMatch(/^Plan: 2 to move, /m);
  });

  it('is empty for what means the same, and the status says so', () => {
    write('same.yaml', `# a comment\n${OLD}`);
    expect(plan('--from', 'old.yaml', '--detailed-exitcode', 'same.yaml')).toMatchObject({
      status: 0,
      stdout: 'No changes. same.yaml asks for what old.yaml asks for.\n',
    });
    expect(plan('--from', 'old.yaml', '--detailed-exitcode', 'new.yaml').status).toBe(2);
  });

  it('is a document like any other plan, without operations', () => {
    const document = JSON.parse(plan('--from', 'old.yaml', '--json', 'new.yaml').stdout) as {
      format: string;
      actions: { operations: unknown[] }[];
    };
    expect(document.format).toBe('topo-plan/1');
    expect(document.actions.length).toBeGreaterThan(5);
    expect(document.actions.every(({ operations }) => operations.length === 0)).toBe(true);
  });

  it.each([
    ['two labs', ['old.yaml', 'other.yaml'], 'old.yaml is the lab lab and other.yaml is the lab other'],
    ['a wrong file', ['broken.yaml', 'new.yaml'], 'broken.yaml:2:1: error: unknown key "nodse"'],
    ['a missing file', ['olt.yaml', 'new.yaml'], 'did you mean "old.yaml"?'],
    ['a script', ['old.yaml', '--format', 'shell', 'new.yaml'], '--from asks no kernel'],
    ['an unknown revision', ['git:v9', 'new.yaml'], '"v9" is no revision of the repository'],
    ['a revision that was not fetched', ['git:v9', 'new.yaml'], 'git fetch brings more'],
    ['a revision where a file is meant', ['main', 'new.yaml'], 'hint: a revision is written git:main'],
    ['a place without Git', ['git:HEAD', tmpdir()], 'is in no Git repository'],
    ['an option for git', ['git:--all', 'new.yaml'], '"--all" is no revision of the repository'],
    ['a file that never was', ['git:v1', 'never.yaml'], 'there is no file or directory "never.yaml"'],
  ])('refuses %s', (_, [from, ...rest], message) => {
    expect(plan('--from', from!, ...rest)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('the plan from a revision', () => {
  it.each([['git:v1'], ['git:HEAD~1'], ['git:main^']])('%s is that from the file as it was', (from) => {
    const { status, stdout } = plan('--from', from);
    expect(status).toBe(0);
    const withoutPlaces = (text: string): readonly string[] =>
      text
        .replace(/ +# .*$/gm, '')
        .split('\n')
        .slice(1);
    expect(withoutPlaces(stdout)).toEqual(withoutPlaces(plan('--from', 'old.yaml', 'topo.yaml').stdout));
    expect(stdout).toContain(`# ${from.slice('git:'.length)}:topo.yaml:5 nodes.b`);
  });

  it('of a new file is all of it, of a file that is gone the end of its lab', () => {
    write('fresh.yaml', OLD);
    expect(plan('--from', 'git:v1', '-q', 'fresh.yaml').stdout).toMatch(/^Plan: [1-9]\d* to add, 0 to change, 0 to destroy\.$/m);
    mkdirSync(join(folder, 'gone'));
    renameSync(join(folder, 'fresh.yaml'), join(folder, 'gone/topo.yaml'));
    git('add', '.');
    git('commit', '-qm', 'three');
    rmSync(join(folder, 'gone'), { recursive: true });
    expect(plan('--from', 'git:HEAD', '-q', 'gone/topo.yaml').stdout).toMatch(/^Plan: 0 to add, 0 to change, [1-9]\d* to destroy\.$/m);
  });

  it('of a folder is that of the topology that it had, whatever its name is now', () => {
    mkdirSync(join(folder, 'edge'));
    write('edge/topo.yaml', OLD);
    git('add', '.');
    git('commit', '-qm', 'edge');
    const expected = { status: 0, stdout: expect.stringMatching(/^ {2}- netns lab\.b [^]*^ {2}\+ netns lab\.c /m) };
    write('edge/topo.yaml', NEW);
    expect(plan('--from', 'git:HEAD', 'edge')).toMatchObject(expected);
    renameSync(join(folder, 'edge/topo.yaml'), join(folder, 'edge/topology.yaml'));
    for (const name of ['edge', 'edge/topology.yaml']) expect(plan('--from', 'git:HEAD', name)).toMatchObject(expected);
    // Another lab is no former one.
    write('edge/topology.yaml', NEW.replace('name: lab', 'name: other'));
    expect(plan('--from', 'git:HEAD', '-q', 'edge/topology.yaml').stdout).toMatch(/^Plan: [1-9]\d* to add, 0 to change, 0 to destroy\.$/m);
    for (const empty of [true, false]) {
      rmSync(join(folder, 'edge'), { recursive: true });
      if (empty) mkdirSync(join(folder, 'edge'));
      else expect(plan('--from', 'git:HEAD', 'edge').stdout).toContain('a state without HEAD:edge/topo.yaml');
      for (const name of ['edge', 'edge/topo.yaml'])
        expect(plan('--from', 'git:HEAD', '-q', name).stdout).toMatch(/^Plan: 0 to add, 0 to change, [1-9]\d* to destroy\.$/m);
      if (empty) continue;
      expect(plan('--from', 'git:HEAD', 'edgy')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('no file or directory "edgy"'),
      });
    }
  });

  it('of a folder with several topologies then says so', () => {
    mkdirSync(join(folder, 'two'));
    for (const name of ['a', 'b']) write(`two/${name}.topo.yaml`, OLD);
    git('add', '.');
    git('commit', '-qm', 'two');
    rmSync(join(folder, 'two/b.topo.yaml'));
    expect(plan('--from', 'git:HEAD', 'two')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('in HEAD, the directory "two" has several topologies: a.topo.yaml, b.topo.yaml'),
    });
  });

  it('follows links inside of the repository, and none out of it', () => {
    mkdirSync(join(folder, 'linked'));
    mkdirSync(join(folder, 'shared'));
    write('shared/base.yaml', `${OLD}include: nodes.yaml\n`);
    write('linked/nodes.txt', 'nodes: { d: { networks: [lan] } }\n');
    symlinkSync('../shared/base.yaml', join(folder, 'linked/topo.yaml'));
    symlinkSync('nodes.txt', join(folder, 'linked/nodes.yaml'));
    symlinkSync('/etc/hostname', join(folder, 'linked/away.yaml'));
    symlinkSync('nothing.yaml', join(folder, 'linked/dangling.yaml'));
    symlinkSync('linked', join(folder, 'also'));
    git('add', '.');
    git('commit', '-qm', 'links');
    write('linked/nodes.txt', 'nodes: { e: { networks: [lan] } }\n');
    for (const name of ['linked', 'linked/topo.yaml', 'also', 'also/topo.yaml']) {
      const { status, stdout } = plan('--from', 'git:HEAD', name);
      expect([name, status]).toEqual([name, 0]);
      expect(stdout).toMatch(/^ {2}- netns lab\.d [^]*^ {2}\+ netns lab\.e /m);
    }
    const refused = (message: string) => ({ status: 1, stdout: '', stderr: expect.stringContaining(message) });
    expect(plan('--from', 'git:HEAD', 'linked/away.yaml')).toMatchObject(
      refused('linked/away.yaml of HEAD is a link that leads out of the repository'),
    );
    expect(plan('--from', 'git:HEAD', 'linked/dangling.yaml')).toMatchObject(refused('is a link that leads nowhere'));
    write('linked/away.topo.yaml', `${OLD}include: away.yaml\n`);
    git('add', '.');
    git('commit', '-qm', 'away');
    rmSync(join(folder, 'linked/away.topo.yaml'));
    expect(plan('--from', 'git:HEAD', 'linked/away.topo.yaml')).toMatchObject(
      refused('cannot be included: in HEAD it leads out of the repository'),
    );
  });

  it('points into the revision where that is wrong', () => {
    write('wrong.yaml', 'name: lab\nnodse: {}\n');
    git('add', '.');
    git('commit', '-qm', 'wrong');
    write('wrong.yaml', OLD);
    expect(plan('--from', 'git:HEAD', 'wrong.yaml').stderr).toContain('HEAD:wrong.yaml:2:1: error: unknown key "nodse"');
  });
});

describe('--format markdown', () => {
  it('is a comment with the plan in a block that colours it', () => {
    const { stdout } = plan('--from', 'old.yaml', '--format', 'markdown', 'new.yaml');
    expect(stdout).toMatch(/^### What changes from old\.yaml to new\.yaml, for the lab lab\n\n\*\*Plan: \d+ to add/);
    expect(stdout).toContain('- opens 8080/tcp');
    expect(stdout).toMatch(/```diff\n@@ host @@\n[^]*^- - netns lab\.b[^]*^\+ \+ netns lab\.c[^]*```\n\n<\/details>\n$/m);
  });

  it('says that nothing changes, and no more', () => {
    expect(plan('--from', 'old.yaml', '--format', 'markdown', 'old.yaml').stdout).toBe(
      '### What changes from old.yaml to old.yaml, for the lab lab\n\n**No changes. old.yaml asks for what old.yaml asks for.**\n',
    );
  });
});

describe('--format diff', () => {
  it('is of before and after, and empty where nothing changes', () => {
    const { stdout } = plan('--from', 'old.yaml', '--format', 'diff', 'new.yaml');
    expect(stdout).toMatch(/^--- before\/host\.yaml\n\+\+\+ after\/host\.yaml\n@@ -/);
    expect(stdout).toContain('--- before/lab.b.yaml\n+++ /dev/null\n');
    expect(stdout).toContain('--- /dev/null\n+++ after/lab.c.yaml\n');
    expect(plan('--from', 'old.yaml', '--format', 'diff', 'old.yaml')).toMatchObject({ status: 0, stdout: '' });
  });
});
