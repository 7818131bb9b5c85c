/** Nodes that are somebody else's containers. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { NO_CHANGES } from '../examples/example.js';
import type { Result } from '../system/world.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const LAB = `name: att
networks:
  front: { subnet: [10.37.0.0/24, 'fd37::/64'] }
nodes:
  db:
    container: own
    networks: { front: { ipv4_address: 10.37.0.10, ipv6_address: 'fd37::10' } }
    rules: [{ from: 10.37.0.10, table: 100, priority: 1000 }]
    routes: [{ to: 10.98.0.0/16, type: blackhole }, { to: default, via: 10.37.0.1, table: 100 }]
    neighbours: [{ address: 10.37.0.77, mac_address: '02:00:00:00:00:77', dev: eth0 }]
    sysctls: { net.ipv4.conf.all.rp_filter: 2 }
    ports: ['8089:80']
  tool: { network_mode: 'container:own' }
  box: { image: ${IMAGE}, command: busybox sleep infinity, network_mode: 'container:own' }
  alone: { networks: { front: 10.37.0.20 } }
`;

asRoot('a container that runs already', () => {
  let lab: DockerWorld;
  let file: string;
  let machine: string;
  let inside: string;

  const run = (name: string, ...command: readonly string[]): unknown =>
    lab.docker.must('run', '--detach', '--name', name, '--network', 'none', IMAGE, 'busybox', ...command);
  const attempt = (...args: readonly string[]): Result =>
    lab.world.topo(args, { ...lab.docker.environment(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
  /** All of the container's namespace, seen from this machine. */
  const picture = (): string =>
    lab.world.must(
      `nsenter -t ${lab.docker.pid('own')} -n sh -c '${[
        'ip -d link | grep -v state',
        'ip addr',
        'ip route show table all',
        'ip -6 route show table all',
        'ip rule',
        'ip -6 rule',
        'sysctl -a 2>/dev/null | grep "^net.ipv[46].conf.\\(all\\|default\\|lo\\|own0\\)" | grep -v stable_secret',
      ].join('; ')}'`,
    );
  const status = (node: string, url: string): string =>
    lab.topo('exec', `att.${node}`, '--', 'curl', '-s', '--noproxy', '*', '--max-time', '3', '-o', '/dev/null', '-w', '%{http_code}', url);

  beforeAll(async () => {
    lab = await dockerWorld();
    run('own', 'httpd', '-f', '-p', '80');
    // Something of its own, which nobody may touch.
    const own = `nsenter -t ${lab.docker.pid('own')} -n ip`;
    lab.world.must(`${own} link add own0 type bridge && ${own} addr add 10.200.0.1/24 dev own0 && ${own} link set own0 up`);
    lab.world.must(`${own} rule add from 10.200.0.0/24 table 7 && ${own} route add 10.201.0.0/16 dev own0`);
    file = lab.world.file('topo.yaml', LAB);
    machine = lab.world.snapshot();
    inside = picture();
    lab.topo('apply', '--yes', file);
  }, 60_000);
  afterAll(() => lab.dispose());

  it('has nothing left to plan', () => {
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it.each([
    ['alone', 'http://10.37.0.10/'],
    ['alone', 'http://[fd37::10]/'],
    ['alone', 'http://db/'],
    ['tool', 'http://127.0.0.1/'],
  ])('is reached from %s at %s', (node, url) => {
    expect(status(node, url)).toBe('404');
  });

  it('shares its namespace with those that join it', () => {
    const own = lab.world.must(`readlink /proc/${lab.docker.pid('own')}/ns/net`);
    expect(lab.topo('exec', 'att.tool', '--', 'readlink', '/proc/self/ns/net')).toBe(own);
    expect(lab.world.must(`readlink /proc/${lab.docker.pid('att.box')}/ns/net`)).toBe(own);
  });

  it('runs commands of its own with --in-container', () => {
    const id = lab.docker.must('inspect', '--format', '{{.Id}}', 'own');
    expect(lab.topo('exec', '--in-container', 'att.db', '--', 'busybox', 'hostname').trim()).toBe(id.slice(0, 12));
  });

  it.each([
    ['missing', 'nobody', 'there is no container nobody [container-missing]'],
    ['not running', 'dead', 'the container dead does not run: it exited with status 3 [container-not-running]'],
    ['in the host’s namespace', 'below', "the container below is in the host's own namespace [container-on-host]"],
  ])('is an error before any change where it is %s', (_what, name, message) => {
    lab.docker.try('run', '--name', 'dead', '--network', 'none', IMAGE, 'busybox', 'sh', '-c', 'exit 3');
    lab.docker.try('run', '--detach', '--name', 'below', '--network', 'host', IMAGE, 'busybox', 'sleep', 'infinity');
    const names = lab.world.must('ls /run/netns');
    const other = lab.world.file('other.yaml', `name: other\nnodes:\n  a: {}\n  b: { container: ${name} }\n`);
    expect(attempt('apply', '--yes', other)).toMatchObject({ status: 1, stderr: expect.stringContaining(message) as unknown });
    expect(lab.world.must('ls /run/netns')).toBe(names);
    lab.docker.must('rm', '--force', 'dead', 'below');
  });

  it('that is a node of another lab is refused', () => {
    const other = lab.world.file('other.yaml', 'name: other\nnodes: { b: { container: own } }\n');
    expect(attempt('apply', '--yes', other)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('the container own is the node db of the lab att already [container-taken]') as unknown,
    });
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('with an interface or a route of its own in the way is an error before any change', () => {
    run('full', 'sleep', 'infinity');
    const full = `nsenter -t ${lab.docker.pid('full')} -n ip`;
    lab.world.must(`${full} link add eth0 type bridge && ${full} link set eth0 up && ${full} addr add 10.202.0.2/24 dev eth0`);
    lab.world.must(`${full} route add default via 10.202.0.1`);
    const links = lab.world.must(`${full} link`);
    const other = lab.world.file(
      'other.yaml',
      'name: other\nnetworks: { n: { subnet: 10.39.0.0/24 } }\nnodes: { b: { container: full, networks: [n] } }\n',
    );
    const { status: failed, stderr } = attempt('apply', '--yes', other);
    expect(failed).toBe(1);
    expect(stderr).toContain("a link named eth0 in the container full exists already and is not marked as topo's [foreign-link]");
    expect(stderr).toContain('the container full has a route of its own: default via 10.202.0.1 dev eth0 [foreign-route]');
    expect(lab.world.must(`${full} link`)).toBe(links);
    const beside = lab.world.file(
      'other.yaml',
      'name: other\nnetworks: { n: { subnet: 10.39.0.0/24, gateway: none } }\nnodes: { b: { container: full, networks: { n: { interface_name: lab0 } } } }\n',
    );
    lab.topo('apply', '--yes', beside);
    expect(lab.topo('plan', beside)).toBe(NO_CHANGES);
    lab.topo('destroy', '--yes', beside);
    expect(lab.world.must(`${full} link`)).toBe(links);
    lab.docker.must('rm', '--force', 'full');
  });

  it('loses exactly what topo made, with destroy', () => {
    lab.topo('destroy', '--yes', '--lab', 'att');
    expect(picture()).toBe(inside);
    expect(lab.docker.must('ps', '--format', '{{.Names}}')).toBe('own');
    expect(lab.world.snapshot()).toBe(machine);
  });

  it('that was restarted is drift, which an apply repairs', () => {
    lab.topo('apply', '--yes', file);
    lab.docker.must('restart', '--time', '0', 'own');
    expect(attempt('plan', '--detailed-exitcode', file).status).toBe(2);
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    expect(status('alone', 'http://10.37.0.10/')).toBe('404');
    lab.topo('destroy', '--yes', file);
    expect(lab.world.snapshot()).toBe(machine);
  });
});
