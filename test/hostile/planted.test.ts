/** Links that somebody has planted where topo writes: none is followed. And a folder of topo's that is somebody else's. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPO, World } from '../system/world.js';

const LAB = `name: lab
networks: { lan: { subnet: 10.45.0.0/24, dns: server } }
nodes:
  a: { networks: [lan], hostname: other, run: [{ command: sleep infinity, name: idle, env: { TOKEN: secret } }] }
`;

let world: World;
beforeEach(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  // What a link would lead to: it keeps what it holds.
  world.must('mkdir -p /run/target/folder && echo precious >/run/target/file && echo precious >/run/target/folder/file');
});
afterEach(() => world.dispose());

const untouched = (): void => {
  expect(world.must('find /run/target | sort; cat /run/target/file /run/target/folder/file')).toBe(
    '/run/target\n/run/target/file\n/run/target/folder\n/run/target/folder/file\nprecious\nprecious\n',
  );
};

/** The folders and the files that one apply makes. */
function paths(): { readonly folders: readonly string[]; readonly files: readonly string[] } {
  world.mustTopo('apply', '--yes');
  const list = (type: string): readonly string[] =>
    world.must(`find /run/topo /etc/netns /run/netns -type ${type} | sort`).split('\n').filter(Boolean);
  const [folders, files, links] = [list('d'), list('f'), list('l')];
  world.mustTopo('destroy', '--yes');
  world.must('rm -rf /run/topo /etc/netns');
  return { folders: folders.filter((path) => path !== '/run/netns'), files: [...files, ...links] };
}

/** Puts it in the place with root's own folders around it, as somebody would who could write there for a moment. */
function plant(path: string, target: string): void {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const mode = parent.startsWith('/run/topo/run/') ? '700' : '755';
  world.must(`mkdir -p -m ${mode} ${parent} && ln -s ${target} ${path}`);
}

describe('a link in the place', () => {
  it('of any folder, or file, that topo makes is refused or replaced, never followed', () => {
    const { folders, files } = paths();
    expect(folders).toEqual(
      expect.arrayContaining(['/run/topo', '/run/topo/run', '/run/topo/names', '/run/topo/names/lab', '/run/topo/run/lab/a/idle']),
    );
    expect(files).toEqual(
      expect.arrayContaining([
        '/run/topo/lock',
        '/run/topo/run/lab/a/idle/command',
        '/run/topo/run/lab/a/idle/log',
        '/etc/netns/lab.a',
        '/run/netns/lab.a',
      ]),
    );
    const planted = [
      ...folders.map((path) => [path, '/run/target/folder'] as const),
      ...files.map((path) => [path, '/run/target/file'] as const),
      ...['/run/topo/run/lab/a/idle/definition.json.new', '/run/topo/names/lab/lan.dns/hosts'].map(
        (path) => [path, '/run/target/new'] as const,
      ),
    ];
    for (const [path, target] of planted) {
      plant(path, target);
      const { status, stderr } = world.topo(['apply', '--yes']);
      // /etc/netns may be a link of the administrator's.
      if (path !== '/etc/netns') untouched();
      if (status !== 0) expect(stderr).toMatch(/error/);
      expect(stderr).not.toMatch(/should not have happened|^ +at /m);
      world.must(`rm -rf ${path}`);
      world.topo(['destroy', '--yes']);
      world.must('rm -rf /run/topo /etc/netns /run/target/folder/lab.a; ip netns delete lab.a 2>/dev/null; rm -f /run/netns/lab.a');
    }
  }, 240_000);

  it('of the file that a plan is saved to is replaced; a device or a pipe is left alone', () => {
    world.must('ln -s /run/target/file saved.plan && mkfifo pipe && mkdir folder');
    world.mustTopo('plan', '--out', 'saved.plan');
    expect(world.must('stat -c "%F %a" saved.plan')).toBe('regular file 600\n');
    for (const out of ['pipe', 'folder', '/dev/null', '']) {
      const { status, stderr } = world.topo(['plan', '--out', out]);
      expect([status, stderr]).toEqual([1, expect.stringContaining('the plan cannot be written to')]);
    }
    expect(world.must('stat -c %F pipe folder /dev/null')).toBe('fifo\ndirectory\ncharacter special file\n');
    expect(world.must('ls -A')).toBe('folder\npipe\nsaved.plan\ntopo.yaml\n');
    untouched();
  });
});

describe('a folder /run/topo that is not topo’s own', () => {
  it.each([
    ['belongs to somebody else', 'mkdir -m 700 /run/topo && chown 65534:65534 /run/topo', /belongs to the user 65534/],
    ['can be written to by others', 'mkdir -m 777 /run/topo', /can be written to by others/],
    ['is a link', 'ln -s /run/target/folder /run/topo', /no folder but a link/],
    ['is a file', 'touch /run/topo', /no folder but something else/],
  ])('%s: it is believed by no command', (_what, make, message) => {
    world.must(make);
    for (const args of [['plan'], ['apply', '--yes'], ['destroy', '--yes'], ['status'], ['list'], ['logs', 'a']]) {
      const { status, stderr } = world.topo(args);
      expect([args, status]).toEqual([args, 1]);
      expect(stderr).toMatch(message);
    }
    untouched();
  });
});

describe('modes', () => {
  it('of what is kept are root’s alone, but for what all processes of a node read', () => {
    const other = '{ command: "umask; exec sleep 1000", name: other, user: "65534:65534" }';
    world.file('topo.yaml', LAB.replace('run: [', `run: [${other}, `));
    world.must(`umask 0; exec ${process.execPath} ${TOPO} apply --yes`);
    // Of the command's own files its own mask decides.
    expect(world.must('until grep . /run/topo/run/lab/a/other/log; do sleep 0.02; done')).toBe('0000\n');
    world.must('pkill -KILL -f "^sleep 1000"; until test -s /run/topo/run/lab/a/other/exit; do sleep 0.02; done');
    const modes = world.must("find /run/topo -printf '%m %y %P\\n' | sort");
    const open = modes.split('\n').filter((line) => line !== '' && !/^(600 [^d]|700 d) /.test(line));
    // What is passed through, and what the processes of a node have as their /etc/hosts.
    expect(open.filter((line) => !/^(711 d $|755 d names(\/|$)|644 f names\/)/.test(line))).toEqual([]);
    expect(modes).toMatch(/^600 f run\/lab\/a\/other\/exit$/m);
    expect(modes).toMatch(/^600 f run\/lab\/a\/other\/log$/m);
  });
});

describe('a name on the command line', () => {
  it.each(['../x', '/', '.', '..', '', 'a;b', '$(touch /run/target/x)', '-x', 'a\nb', '__proto__'])('%j leads nowhere', (name) => {
    for (const args of [
      ['destroy', '--yes', `--lab=${name}`],
      ['show', `--lab=${name}`],
      ['logs', '--', name],
      ['exec', '--', name, 'true'],
      ['capture', '--', name],
      [`--sandbox=${name}`, 'list'],
    ]) {
      const { status, stderr } = world.topo(args);
      expect([args, status]).toEqual([args, 1]);
      expect(stderr).toMatch(/error/);
      expect(stderr).not.toMatch(/should not have happened|^ +at /m);
    }
    untouched();
  });
});
