/** Nodes that Podman starts: what test/docker/containers.test.ts says of Docker, as far as the two differ. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { NO_CHANGES } from '../examples/example.js';
import { TOPO, World, type Result } from '../system/world.js';
import { Podman, PODMAN_IMAGE } from './podman.js';

const LAB = `name: pods
networks:
  front: { subnet: [10.37.0.0/24, 'fd37::/64'] }
nodes:
  web:
    image: ${PODMAN_IMAGE}
    command: ["busybox", "httpd", "-f", "-p", "80", "-h", "/srv"]
    environment: { MODE: test, GREETING: 'a b' }
    volumes: ['./srv:/srv:ro']
    networks: { front: { ipv4_address: 10.37.0.10, ipv6_address: 'fd37::10' } }
    ports: ['8080:80']
  other: { image: ${PODMAN_IMAGE}, command: busybox sleep infinity, networks: { front: 10.37.0.11 } }
  side: { image: ${PODMAN_IMAGE}, command: busybox sleep infinity, network_mode: 'node:web' }
  below: { image: ${PODMAN_IMAGE}, command: busybox sleep infinity, network_mode: host }
  guest: { container: somebodys, networks: { front: 10.37.0.12 } }
  plain: { networks: { front: 10.37.0.20 } }
`;

asRoot('containers of Podman', () => {
  let world: World;
  let podman: Podman;
  let file: string;
  let before: string;

  beforeAll(async () => {
    world = await World.create();
    podman = Podman.start(world);
    podman.must(`podman run --detach --network none --name somebodys ${PODMAN_IMAGE} busybox sleep infinity`);
    world.must('mkdir srv && echo hello from the container > srv/index.html');
    file = world.file('topo.yaml', LAB);
    before = world.snapshot();
    topo('apply', '--yes', '--runtime', 'podman', file);
  }, 120_000);
  afterAll(async () => {
    world.dispose();
    await podman.dispose();
  });

  const attempt = (...args: readonly string[]): Result => world.topo(args, podman.environment);
  const topo = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = attempt(...args);
    if (status !== 0) throw new Error(`topo ${args.join(' ')}: status ${status}\n${stdout}${stderr}`);
    return stdout;
  };
  const get = (url: string): string => topo('exec', 'pods.plain', '--', 'curl', '-s', '--noproxy', '*', '--max-time', '3', url).trim();
  const idOf = (name: string): string => podman.must(`podman inspect --format '{{.Id}}' pods.${name}`);
  const netnsOf = (container: string): string =>
    world.must(`readlink /proc/${podman.must(`podman inspect --format '{{.State.Pid}}' ${container}`)}/ns/net`);

  it('have nothing left to plan, and are in sync; which runtime it was is known', () => {
    expect(topo('plan', file)).toBe(NO_CHANGES);
    expect(attempt('status', file).status).toBe(0);
    expect(attempt('plan', '--runtime', 'docker', file).stderr).toContain("the containers of the lab pods are podman's [other-runtime]");
  });

  it('are told in commands of podman, which do the same when they are run by hand', () => {
    const lab = `name: byhand\nnetworks: { n: { subnet: 10.38.0.0/24 } }
nodes:
  one: { image: ${PODMAN_IMAGE}, command: busybox sleep infinity, networks: { n: 10.38.0.10 }, environment: { A: b } }
  two: { container: anothers, networks: { n: 10.38.0.11 } }
`;
    podman.must(`podman run --detach --network none --name anothers ${PODMAN_IMAGE} busybox sleep infinity`);
    const byHand = world.file('byhand.yaml', lab);
    expect(topo('plan', '--verbose', '--runtime', 'podman', byHand)).toMatch(/^ +\$ podman run --detach .*byhand\.one/m);
    const script = world.file('byhand.sh', topo('plan', '--format', 'shell', '--show-sensitive', '--runtime', 'podman', byHand));
    podman.must(`sh -x ${script}`);
    expect(topo('plan', byHand)).toBe(NO_CHANGES);
    expect(topo('plan', '--verbose', world.file('less.yaml', lab.replace(/^ {2}one.*$/m, '')))).toMatch(
      /podman rm --force --time 0 --volumes byhand\.one/,
    );
    const { stdout } = attempt('destroy', '--yes', '--verbose', byHand);
    expect(stdout).toMatch(/podman rm --force --time 0 --volumes byhand\.one/);
    expect(stdout).not.toMatch(/docker/);
    podman.must('podman rm --force --time 0 anothers');
  });

  it.each(['http://10.37.0.10/', 'http://[fd37::10]/', 'http://web/'])('are reached at %s', (url) => {
    expect(get(url)).toBe('hello from the container');
  });

  it('are reached by their published port', () => {
    expect(world.must("curl -s --noproxy '*' --max-time 3 http://127.0.0.1:8080/").trim()).toBe('hello from the container');
  });

  it('share the namespace of the node that they join, or the host’s; one that runs already is attached', () => {
    expect(netnsOf('pods.side')).toBe(netnsOf('pods.web'));
    expect(netnsOf('pods.below')).toBe(world.must('readlink /proc/self/ns/net'));
    expect(topo('exec', 'pods.guest', '--', 'readlink', '/proc/self/ns/net')).toBe(netnsOf('somebodys'));
    topo('exec', 'pods.guest', '--', 'ping', '-c', '1', '-W', '2', '10.37.0.10');
  });

  it('see the names of their networks, and run commands of their own', () => {
    const inside = (...command: readonly string[]): string => topo('exec', '--in-container', 'pods.web', '--', 'busybox', ...command);
    expect(inside('cat', '/etc/hosts')).toContain('10.37.0.20 plain plain.front');
    expect(inside('sh', '-c', 'echo $MODE $GREETING; hostname')).toBe('test a b\nweb\n');
  });

  it.each([
    ['restarted', (): unknown => podman.must('podman restart --time 0 pods.web')],
    ['killed', (): unknown => podman.must('podman kill pods.web')],
    ['removed', (): unknown => podman.must('podman rm --force --time 0 --depend pods.web')],
  ])('%s: drift that one apply repairs, and nobody else notices', (_what, change) => {
    const others = [idOf('other'), idOf('below')];
    change();
    expect(attempt('plan', '--detailed-exitcode', file).status).toBe(2);
    topo('apply', '--yes', file);
    expect(topo('plan', file)).toBe(NO_CHANGES);
    expect(get('http://10.37.0.10/')).toBe('hello from the container');
    expect([idOf('other'), idOf('below')]).toEqual(others);
    expect(netnsOf('pods.side')).toBe(netnsOf('pods.web'));
  });

  it('with another environment are replaced, alone', () => {
    const [own, other] = [idOf('web'), idOf('other')];
    // Quotes, blanks and lines as they are written.
    const values = { MODE: 'live', PATH: '/bin:/sbin ', QUOTES: '  "a" \'b\' #c d ', LINES: 'one\n two' };
    const changed = world.file('changed.yaml', LAB.replace('MODE: test', JSON.stringify(values).slice(1, -1)));
    topo('apply', '--yes', changed);
    expect(idOf('web')).not.toBe(own);
    expect(idOf('other')).toBe(other);
    expect(topo('plan', changed)).toBe(NO_CHANGES);
    topo('apply', '--yes', file);
  });

  it('with an image that is not there are an error at its place, before any change', () => {
    const changed = world.file('variant.yaml', LAB.replace(`other: { image: ${PODMAN_IMAGE}`, 'other: { image: nobodys/image:1'));
    const { status, stderr } = attempt('apply', '--yes', changed);
    expect(status).toBe(1);
    expect(stderr).toMatch(/variant\.yaml:12:19: error: there is no image nobodys\/image:1 on this machine \[image-missing\]/);
    expect(topo('plan', file)).toBe(NO_CHANGES);
  });

  it('are the choice where Docker is not installed', () => {
    const programs = ['podman', 'conmon', 'runc', 'crun', 'nft', 'ip', 'sh'].map(
      (name) => `for d in /usr/sbin /usr/bin /sbin /bin; do
      [ ! -x $d/${name} ] || ln -sf $d/${name} /run/only/${name}; done`,
    );
    world.must(`mkdir -p /run/only; ${programs.join('\n')}`);
    const alone = world.file('alone.yaml', `name: alone\nnodes: { a: { image: ${PODMAN_IMAGE}, command: busybox sleep infinity } }\n`);
    const run = (...args: readonly string[]): Result => podman.try(`PATH=/run/only ${process.execPath} ${TOPO} ${args.join(' ')}`);
    expect(run('apply', '--yes', alone)).toMatchObject({ status: 0 });
    expect(podman.must("podman ps --format '{{.Names}}'").split('\n')).toContain('alone.a');
    expect(run('destroy', '--yes', alone)).toMatchObject({ status: 0 });
  });

  it('are gone after destroy, without the file, to the last mark; the one that was somebody’s is left', () => {
    topo('destroy', '--yes', '--lab', 'pods');
    expect(podman.must("podman ps --all --format '{{.Names}}'")).toBe('somebodys');
    expect(world.snapshot()).toBe(before);
  });
});
