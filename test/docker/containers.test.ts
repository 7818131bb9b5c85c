/** Nodes that are started from an image. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { NO_CHANGES } from '../examples/example.js';
import { TOPO, type Result } from '../system/world.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const HTTPD = `["busybox", "httpd", "-f", "-p", "80", "-h", "/srv"]`;

const LAB = `name: boxes
networks:
  front: { subnet: [10.36.0.0/24, 'fd36::/64'] }
nodes:
  web:
    image: ${IMAGE}
    command: ${HTTPD}
    environment: { MODE: test, GREETING: 'a b' }
    volumes: ['./srv:/srv:ro']
    cap_add: [NET_ADMIN]
    networks: { front: { ipv4_address: 10.36.0.10, ipv6_address: 'fd36::10' } }
    ports: ['8080:80']
    rules: [{ from: 10.36.0.10, table: 100, priority: 1000 }]
  other: { image: ${IMAGE}, command: busybox sleep infinity, networks: { front: 10.36.0.11 } }
  side: { image: ${IMAGE}, command: busybox sleep infinity, network_mode: 'node:web' }
  below: { image: ${IMAGE}, command: busybox sleep infinity, network_mode: host }
  tool: { network_mode: 'node:web' }
  plain: { networks: { front: 10.36.0.20 } }
links:
  - endpoints: [{ node: web, interface: cable, ipv4_address: 10.37.0.1/30 }, { node: plain, interface: cable, ipv4_address: 10.37.0.2/30 }]
  - endpoints: [{ node: web, interface: up0, ipv4_address: 10.37.0.5/30 }, { node: host, interface: boxes-up, ipv4_address: 10.37.0.6/30 }]
`;

asRoot('containers from an image', () => {
  let lab: DockerWorld;
  let file: string;
  let before: string;

  beforeAll(async () => {
    lab = await dockerWorld();
    lab.world.must('mkdir srv && echo hello from the container > srv/index.html');
    file = lab.world.file('topo.yaml', LAB);
    before = lab.world.snapshot();
    lab.topo('apply', '--yes', file);
  }, 60_000);
  afterAll(() => lab.dispose());

  const attempt = (args: readonly string[], environment: Record<string, string> = {}): Result =>
    lab.world.topo(args, { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment });
  const variant = (from: string, to: string): string => {
    expect(LAB).toContain(from);
    return lab.world.file('variant.yaml', LAB.replace(from, to));
  };
  const get = (node: string, url: string): string =>
    lab.topo('exec', `boxes.${node}`, '--', 'curl', '-s', '--noproxy', '*', '--max-time', '3', url).trim();
  const namespaceOf = (pid: number): string => lab.world.must(`readlink /proc/${pid}/ns/net`);
  const idsOf = (...names: readonly string[]): readonly string[] =>
    names.map((name) => lab.docker.must('inspect', '--format', '{{.Id}}', `boxes.${name}`));
  const indexOf = (netns: string): string => lab.world.must(`ip -n ${netns} -j link show eth0`);

  it('have nothing left to plan, and are in sync', () => {
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    expect(attempt(['status', file]).status).toBe(0);
  });

  it.each([
    ['plain', 'http://10.36.0.10/'],
    ['plain', 'http://[fd36::10]/'],
    ['plain', 'http://web/'],
    ['plain', 'http://10.37.0.1/'],
    ['host', 'http://10.37.0.5/'],
    ['tool', 'http://127.0.0.1/'],
    ['host', 'http://10.36.0.10/'],
    ['host', 'http://127.0.0.1:8080/'],
  ])('are reached from %s at %s', (node, url) => {
    const answer = node === 'host' ? lab.world.must(`curl -s --noproxy '*' --max-time 3 ${url}`).trim() : get(node, url);
    expect(answer).toBe('hello from the container');
  });

  it('are started as the file says', () => {
    const { HostConfig, Config } = (JSON.parse(lab.docker.must('inspect', 'boxes.web')) as Inspected[])[0]!;
    expect(HostConfig).toMatchObject({ NetworkMode: 'none', CapAdd: ['NET_ADMIN'], Privileged: false });
    expect(Config).toMatchObject({ Hostname: 'web', Labels: { 'topo.lab': 'boxes', 'topo.node': 'web' } });
    expect(Config.Env).toEqual(expect.arrayContaining(['MODE=test', 'GREETING=a b']));
  });

  it('see the names of their networks', () => {
    expect(lab.topo('exec', '--in-container', 'boxes.other', '--', 'busybox', 'cat', '/etc/hosts')).toContain(
      '10.36.0.20 plain plain.front',
    );
  });

  it('share the namespace of the node that they join, or the host’s', () => {
    const own = namespaceOf(lab.docker.pid('boxes.web'));
    expect(namespaceOf(lab.docker.pid('boxes.side'))).toBe(own);
    expect(lab.topo('exec', 'boxes.tool', '--', 'readlink', '/proc/self/ns/net')).toBe(own);
    expect(namespaceOf(lab.docker.pid('boxes.below'))).toBe(lab.world.must('readlink /proc/self/ns/net'));
  });

  it('run commands of this machine in their namespace, and with --in-container their own', () => {
    expect(lab.topo('exec', 'boxes.web', '--', 'sh', '-c', 'ls /etc/debian_version; ip -br addr show dev eth0')).toMatch(
      /debian_version\neth0.*10\.36\.0\.10/,
    );
    expect(lab.topo('exec', '--in-container', 'boxes.web', '--', 'busybox', 'sh', '-c', 'echo $MODE; ls /bin').split('\n')).toEqual(
      expect.arrayContaining(['test', 'busybox']),
    );
    expect(attempt(['exec', '--in-container', 'boxes.web', '--', 'busybox', 'ls', '/etc/debian_version']).status).not.toBe(0);
    expect(attempt(['exec', '--in-container', 'boxes.plain', '--', 'true'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no container that runs'),
    });
  });

  it('opens a shell in the container', () => {
    const { stdout } = lab.world.sh(`echo 'echo $MODE' | ${process.execPath} ${TOPO} shell --in-container boxes.web`, {
      ...lab.docker.environment(),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    });
    expect(stdout).toBe('test\n');
  });

  it('are listed', () => {
    expect(lab.topo('list')).toMatch(/^boxes +6 +5 +boxes.other boxes.plain boxes.web$/m);
  });

  it.each([
    ['restarted', (): unknown => lab.docker.must('restart', '--time', '0', 'boxes.web')],
    ['killed', (): unknown => lab.docker.must('kill', 'boxes.web')],
    ['removed', (): unknown => lab.docker.must('rm', '--force', 'boxes.web')],
    ['without the name of its namespace', (): unknown => lab.world.must('ip netns delete boxes.web')],
    ['without its interface', (): unknown => lab.world.must('ip -n boxes.web link delete eth0')],
    ['without its address', (): unknown => lab.world.must('ip -n boxes.web addr flush dev eth0')],
    ['with IPv6 switched off', (): unknown => lab.world.must('ip netns exec boxes.web sysctl -qw net.ipv6.conf.all.disable_ipv6=1')],
  ])('%s: drift that one apply repairs, and nobody else notices', (_what, change) => {
    const others = [indexOf('boxes.plain'), indexOf('boxes.other'), ...idsOf('other', 'below')];
    change();
    expect(attempt(['plan', '--detailed-exitcode', file]).status).toBe(2);
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    expect(get('plain', 'http://10.36.0.10/')).toBe('hello from the container');
    expect(get('plain', 'http://[fd36::10]/')).toBe('hello from the container');
    expect(get('plain', 'http://10.37.0.1/')).toBe('hello from the container');
    expect(lab.world.must('curl -s --max-time 3 http://10.37.0.5/')).toContain('hello from the container');
    expect([indexOf('boxes.plain'), indexOf('boxes.other'), ...idsOf('other', 'below')]).toEqual(others);
    expect(namespaceOf(lab.docker.pid('boxes.side'))).toBe(namespaceOf(lab.docker.pid('boxes.web')));
  });

  it.each([
    ['environment', 'MODE: test', 'MODE: live'],
    ['command', `command: ${HTTPD}`, 'command: busybox httpd -f -p 80 -h /srv -v'],
    ['cap_add', 'cap_add: [NET_ADMIN]', 'cap_add: []'],
  ])('with another %s are replaced, alone', (field, from, to) => {
    const others = [indexOf('boxes.plain'), indexOf('boxes.other'), ...idsOf('other', 'below')];
    const [own] = idsOf('web');
    const changed = variant(from, to);
    expect(lab.topo('plan', changed)).toMatch(new RegExp(`-/\\+ container boxes.web.*\\n +${field}: `));
    lab.topo('apply', '--yes', changed);
    expect(idsOf('web')).not.toEqual([own]);
    expect([indexOf('boxes.plain'), indexOf('boxes.other'), ...idsOf('other', 'below')]).toEqual(others);
    expect(get('plain', 'http://10.36.0.10/')).toBe('hello from the container');
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('have their environment to the byte, and nobody else sees it', () => {
    const values = { PATH: '/bin:/sbin ', EMPTY: '', QUOTES: '  "a" \'b\' #c d ', LINES: 'one-Wq7\n two-Wq7', 'X.Y': 'é-Wq7' };
    const changed = variant('MODE: test', `MODE: test, ${JSON.stringify(values).slice(1, -1)}`);
    const environment = { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const words = `strace -D -I 2 -f -qq -s 100000 -e trace=execve -o /run/calls ${process.execPath} ${TOPO}`;
    const { status } = lab.world.sh(`${words} apply --yes --verbose ${changed} >out 2>&1`, environment);
    // It writes the rest when it is ended.
    lab.world.must('tracer=$(pgrep -x strace); kill $tracer; while [ -e /proc/$tracer/exe ]; do sleep 0.02; done');
    const out = lab.world.must('cat out');
    expect([status, out]).toEqual([0, expect.stringContaining('Apply complete!')]);
    expect(out).not.toContain('Wq7');
    expect(lab.world.must('cat /run/calls')).toContain('"--env-file"');
    expect(lab.world.sh('grep -F Wq7 /run/calls').stdout).toBe('');
    const { Config } = (JSON.parse(lab.docker.must('inspect', 'boxes.web')) as Inspected[])[0]!;
    expect(Config.Env).toEqual(expect.arrayContaining(Object.entries(values).map(([name, value]) => `${name}=${value}`)));
    expect(JSON.stringify(Config.Labels)).not.toContain('Wq7');
    expect(lab.topo('plan', changed)).toBe(NO_CHANGES);
    lab.topo('apply', '--yes', file);
  });

  it('are replaced when the name of their image means another one', () => {
    const old = lab.docker.must('image', 'inspect', '--format', '{{.Id}}', IMAGE);
    lab.docker.shell(`mkdir -p /run/image/new && tar -C /run/image -c . | docker import - ${IMAGE}`);
    expect(lab.topo('plan', file)).toMatch(/-\/\+ container boxes.other.*\n +image: "?busybox \(sha256:[0-9a-f]{12}\)"? -> busybox/);
    lab.docker.must('tag', old, IMAGE);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('with another image are replaced, alone', () => {
    lab.docker.must('tag', IMAGE, 'another:2');
    const others = [indexOf('boxes.plain'), indexOf('boxes.other'), ...idsOf('other', 'below')];
    const [own] = idsOf('web');
    const changed = variant(`web:\n    image: ${IMAGE}`, 'web:\n    image: another:2');
    expect(lab.topo('plan', changed)).toMatch(/-\/\+ container boxes\.web.*\n +image: "?busybox"? -> "?another:2"?/);
    lab.topo('apply', '--yes', changed);
    expect(lab.docker.must('inspect', '--format', '{{.Config.Image}}', 'boxes.web').trim()).toBe('another:2');
    expect(idsOf('web')).not.toEqual([own]);
    expect([indexOf('boxes.plain'), indexOf('boxes.other'), ...idsOf('other', 'below')]).toEqual(others);
    expect(get('plain', 'http://10.36.0.10/')).toBe('hello from the container');
    lab.topo('apply', '--yes', file);
    lab.docker.must('rmi', 'another:2');
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('are captured from, and shown in Docker’s words', async () => {
    const environment = { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
    const words = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
    const capture = lab.world.later(
      null,
      `${words.join(' ')} ${process.execPath} ${TOPO} capture boxes.web:eth0 -c 1 tcp dst port 80 2>said`,
    );
    lab.world.must('for i in $(seq 200); do grep -q "listening on eth0" said && break; sleep 0.05; done');
    get('plain', 'http://10.36.0.10/');
    const { status, stdout } = await capture;
    expect(status).toBe(0);
    expect(stdout).toMatch(/10\.36\.0\.20\.\d+ > 10\.36\.0\.10\.80/);
    const shown = lab.topo('show', '--docker', '--lab', 'boxes');
    for (const words of ['boxes.web', 'boxes.other', 'boxes.plain', 'side', 'tool', '10.36.0.10']) expect(shown).toContain(words);
  });

  it('leave alone what is in their namespaces and is not topo’s', () => {
    lab.world.must('ip -n boxes.other link add own0 type bridge && ip -n boxes.other addr add 10.200.0.1/24 dev own0');
    lab.world.must('ip -n boxes.other link set own0 up && ip -n boxes.other rule add from 10.200.0.0/24 table 7');
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    lab.world.must('ip -n boxes.other link delete own0 && ip -n boxes.other rule delete from 10.200.0.0/24 table 7');
  });

  describe('before any change', () => {
    // Without link-local addresses, which come when the kernel has the time.
    const state = (): string =>
      lab.world.must('ip -o link; ip -4 addr; nft list ruleset; ls /run/netns') + lab.docker.must('ps', '--all', '--quiet');
    const refused = (args: readonly string[], environment: Record<string, string> = {}): string => {
      const before = state();
      const { status, stderr } = attempt(args, environment);
      expect(status).toBe(1);
      expect(state()).toBe(before);
      return stderr;
    };

    it('an image that is not there is an error, at its place', () => {
      const changed = variant(`side: { image: ${IMAGE}`, 'side: { image: nobodys/image:1');
      expect(refused(['apply', '--yes', changed])).toMatch(
        /variant\.yaml:15:18: error: there is no image nobodys\/image:1 on this machine \[image-missing\]/,
      );
    });

    it('a daemon that does not answer is an error, also where the file is gone', () => {
      const dead = { DOCKER_HOST: 'unix:///run/nobody.sock' };
      for (const args of [
        ['plan', file],
        ['apply', '--yes', file],
        ['destroy', '--yes', '--lab', 'boxes'],
      ])
        expect(refused(args, dead)).toMatch(/error: docker does not answer: Cannot connect .* \[container-runtime-failed\]/);
    });

    it('a runtime that is not installed is an error', () => {
      const elsewhere = lab.world.file('elsewhere.yaml', LAB.replace('name: boxes', 'name: elsewhere'));
      const { stderr } = lab.world.sh(`PATH=/nowhere ${process.execPath} ${TOPO} plan ${elsewhere}`);
      expect(stderr).toContain('neither docker nor podman is installed [no-container-runtime]');
      expect(refused(['plan', '--runtime', 'podman', file])).toContain("the containers of the lab boxes are docker's [other-runtime]");
    });

    it('a container of that name that is somebody else’s is an error', () => {
      lab.docker.must('run', '--detach', '--network', 'none', '--name', 'boxes.new', IMAGE, 'busybox', 'sleep', 'infinity');
      const changed = variant('  plain:', `  new: { image: ${IMAGE} }\n  plain:`);
      expect(refused(['apply', '--yes', changed])).toContain(
        "a container named boxes.new exists already and is not marked as topo's [foreign-container]",
      );
      lab.docker.must('rm', '--force', 'boxes.new');
    });
  });

  it('that end at once fail the apply, with what they said last', () => {
    const changed = variant('  plain:', `  broken: { image: ${IMAGE}, command: 'busybox ls /nothing/here' }\n  plain:`);
    const { status, stderr } = attempt(['apply', '--yes', changed]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /the container boxes.broken does not run: it exited with status 1; its last line: .*nothing\/here: No such file/,
    );
    lab.topo('apply', '--yes', file);
    expect(lab.docker.must('ps', '--all', '--format', '{{.Names}}').split('\n')).not.toContain('boxes.broken');
  });

  it('print as a script that does the same', () => {
    lab.topo('destroy', '--yes', file);
    const script = lab.world.file('script.sh', lab.topo('plan', '--format', 'shell', '--show-sensitive', file));
    lab.docker.shell(`sh -e ${script}`);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    expect(get('plain', 'http://10.36.0.10/')).toBe('hello from the container');
  });

  it('are gone after destroy, without the file, to the last mark', () => {
    lab.docker.must('restart', '--time', '0', 'boxes.web');
    lab.topo('destroy', '--yes', '--lab', 'boxes');
    expect(lab.docker.must('ps', '--all', '--quiet')).toBe('');
    // The script made that folder, and topo takes away only what it has made itself.
    lab.world.sh('rmdir /etc/netns');
    expect(lab.world.snapshot()).toBe(before);
  });
});

interface Inspected {
  readonly HostConfig: object;
  readonly Config: { readonly Env: readonly string[]; readonly Labels: object };
}
