/** Simulated hosts that are containers. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { NO_CHANGES } from '../examples/example.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const LAB = `name: hosted
networks:
  lan: { subnet: 10.40.0.0/24 }
  front: { subnet: 10.41.0.0/24 }
  back: { subnet: [10.42.0.0/24, 'fd42::/64'] }
  over: { driver: vxlan, subnet: 10.43.0.0/24 }
  pods: { driver: calico, subnet: 10.244.0.0/16 }
hosts:
  h1: { image: ${IMAGE}, command: busybox sleep infinity, networks: { lan: 10.40.0.2 } }
  h2: { container: somebodys, networks: { lan: 10.40.0.3 } }
nodes:
  web: { host: h1, image: ${IMAGE}, command: ["busybox", "httpd", "-f", "-p", "80", "-h", "/"], networks: { front: 10.41.0.2 }, ports: ['8080:80'] }
  other: { host: h1, networks: { front: 10.41.0.3 } }
  lone: { host: h2, networks: { back: { ipv4_address: 10.42.0.2, ipv6_address: 'fd42::2' } } }
  far:
    forwarding: false
    networks: { lan: 10.40.0.4 }
    routing: { bgp: { asn: 65004, neighbors: [router] } }
  router:
    image: ${IMAGE}
    command: busybox sleep infinity
    networks: { lan: 10.40.0.5 }
    forwarding: true
    routing: { bgp: { asn: 65005, neighbors: [far], networks: [10.90.0.0/16] }, static: [{ to: 10.90.0.0/16, type: blackhole }] }
  one: { host: h1, image: ${IMAGE}, command: busybox sleep infinity, networks: { over: 10.43.0.2, pods: 10.244.1.5 } }
  two: { host: h2, image: ${IMAGE}, command: busybox sleep infinity, networks: { over: 10.43.0.3, pods: 10.244.2.5 } }
`;

asRoot('a simulated host that is a container', () => {
  let lab: DockerWorld;
  let file: string;
  let before: string;

  beforeAll(async () => {
    lab = await dockerWorld();
    lab.docker.must('run', '--detach', '--network', 'none', '--name', 'somebodys', IMAGE, 'busybox', 'sleep', 'infinity');
    file = lab.world.file('topo.yaml', LAB);
    before = lab.world.snapshot();
    lab.topo('apply', '--yes', file);
  }, 60_000);
  afterAll(() => lab.dispose());

  it('has nothing left to plan', () => {
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('has the bridges of its nodes, whose published ports are its own', () => {
    expect(lab.topo('exec', 'hosted.h1', '--', 'ip', '-br', 'address')).toContain('10.41.0.1/24');
    lab.topo('exec', 'hosted.other', '--', 'ping', '-c', '1', '-W', '2', '10.41.0.2');
    lab.topo(
      'exec',
      'hosted.far',
      '--',
      'curl',
      '-sf',
      '--noproxy',
      '*',
      '-o',
      '/dev/null',
      '--max-time',
      '3',
      'http://10.40.0.2:8080/bin/busybox',
    );
  });

  it('is somebody else’s too', () => {
    lab.topo('exec', 'hosted.h2', '--', 'ping', '-c', '1', '-W', '2', 'fd42::2');
    lab.topo('exec', 'hosted.lone', '--', 'ping', '-c', '1', '-W', '2', '10.40.0.4');
  });

  const reaches = (from: string, address: string): void => {
    lab.topo('exec', `hosted.${from}`, '--', 'ping', '-c', '1', '-W', '5', address);
  };
  const learns = async (node: string, to: string): Promise<void> => {
    const deadline = performance.now() + 30_000;
    while (performance.now() < deadline && !lab.topo('exec', `hosted.${node}`, '--', 'ip', 'route').includes(`${to} via`))
      await new Promise((resolve) => setTimeout(resolve, 200));
  };

  it('has a part of a network that spans hosts, by a tunnel to another container', () => {
    reaches('one', '10.43.0.3');
    expect(lab.topo('exec', 'hosted.h1', '--', 'bridge', 'fdb', 'show')).toMatch(/ dst 10\.40\.0\.3 self permanent/);
  });

  it('tells the other host of its block, and the nodes of both, containers too, reach each other', async () => {
    await learns('h1', '10.244.2.0/26');
    await learns('h2', '10.244.1.0/26');
    reaches('one', '10.244.2.5');
    reaches('two', '10.244.1.5');
  });

  it('stands beside a container with a routing daemon of its own', async () => {
    await learns('far', '10.90.0.0/16');
    expect(lab.topo('exec', 'hosted.far', '--', 'ip', 'route')).toContain('10.90.0.0/16 via 10.40.0.5 dev eth0 proto bird');
    expect(lab.topo('status', file)).toMatch(/routing of router /);
  });

  it('is repaired when it was started again', async () => {
    lab.docker.must('restart', '--time', '0', 'hosted.h1', 'somebodys');
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    lab.topo('exec', 'hosted.other', '--', 'ping', '-c', '1', '-W', '2', '10.41.0.2');
    lab.topo('exec', 'hosted.lone', '--', 'ping', '-c', '1', '-W', '2', '10.40.0.4');
    reaches('one', '10.43.0.3');
    await learns('h1', '10.244.2.0/26');
    await learns('h2', '10.244.1.0/26');
    reaches('one', '10.244.2.5');
  });

  it('is repaired at once where somebody has switched off IPv6 for all', () => {
    lab.topo('exec', 'hosted.h1', '--', 'sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6');
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('is gone after destroy', () => {
    lab.topo('destroy', '--yes', file);
    expect(lab.docker.must('exec', 'somebodys', 'busybox', 'ip', 'link')).not.toMatch(/eth0|br-/);
    expect(lab.docker.must('ps', '--all', '--format', '{{.Names}}').trim()).toBe('somebodys');
    expect(lab.world.snapshot()).toBe(before);
  });
});
