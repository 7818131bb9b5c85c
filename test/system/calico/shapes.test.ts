/** Other shapes of a calico network: route reflectors, both families, a host without the default block. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { birdc } from '../routing/until.js';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';
import { apply, calicoLab, learned, sessions } from './lab.js';

let world: World;
let before: string;
beforeEach(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  before = world.snapshot();
});
afterEach(() => world.dispose());

const NODES = `
  a: { host: h1, networks: { pods: 10.244.1.5 } }
  b: { host: h2, networks: { pods: 10.244.2.5 } }`;

describe('route reflectors', () => {
  it('pass on the blocks of hosts that have a session with them only; a host without nodes can be one', async () => {
    apply(world, calicoLab(', bgp: { asn: 64999, route_reflectors: [h3] }', NODES, 3));
    await learned(world, 'h1', 1);
    await learned(world, 'h2', 1);
    expect(sessions(world, 'h1').map((one) => one.split(' ')[0])).toEqual(['mesh-192.168.50.13']);
    expect(sessions(world, 'h3')).toHaveLength(2);
    expect(birdc(world, 'cal', 'h1', 'show route all 10.244.2.0/26')).toMatch(
      /originator_id: 192\.168\.50\.12[\s\S]*cluster_list: 192\.168\.50\.13/,
    );
    // The reflector is asked for ways, and is none.
    expect(world.in('cal.h1', 'ip route get 10.244.2.5').stdout).toContain('via 192.168.50.12 dev eth0');
    expect(await probe(world, 'cal.a', 'ping 10.244.2.5')).toBe('answer');
  }, 60_000);

  it('are enough as long as one of two is there', async () => {
    apply(world, calicoLab(', bgp: { route_reflectors: [h3, h4] }', NODES, 4));
    const up = (host: string): readonly string[] => sessions(world, host).map((one) => one.split(' ')[0]!);
    const both = ['mesh-192.168.50.13', 'mesh-192.168.50.14'];
    for (const host of ['h1', 'h2']) await eventually(() => up(host), both);
    await learned(world, 'h1', 1);
    world.must('kill -9 $(ip netns pids cal.h3 | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done)');
    for (const host of ['h1', 'h2']) await eventually(() => up(host), both.slice(1));
    expect(world.in('cal.h1', 'ip route show 10.244.2.0/26').stdout).toContain('via 192.168.50.12 dev eth0 proto bird');
    expect(await probe(world, 'cal.a', 'ping 10.244.2.5')).toBe('answer');
  }, 60_000);
});

async function eventually<T>(value: () => T, wanted: T): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline && JSON.stringify(value()) !== JSON.stringify(wanted))
    await new Promise((done) => setTimeout(done, 100));
  expect(value()).toEqual(wanted);
}

describe('a network of both families', () => {
  it('has routes, blocks and a gateway in each', async () => {
    const text = calicoLab(
      '',
      NODES.replaceAll('10.244.1.5 }', '{ ipv4_address: 10.244.1.5, ipv6_address: "fd44::40" } }').replaceAll(
        '10.244.2.5 }',
        '{ ipv4_address: 10.244.2.5, ipv6_address: "fd44::85" } }',
      ),
    )
      .replace('subnet: 10.244.0.0/16', "subnet: [10.244.0.0/16, 'fd44::/64']")
      .replace('subnet: 192.168.50.0/24', "subnet: [192.168.50.0/24, 'fd50::/64']");
    apply(world, text);
    await learned(world, 'h1', 1);
    for (let i = 0; i < 100 && !world.in('cal.h1', 'ip -6 route').stdout.includes('proto bird'); i++)
      await new Promise((done) => setTimeout(done, 200));
    expect(world.in('cal.a', 'ip -6 route show default').stdout).toMatch(/^default via fe80::ecee:eeff:feee:eeee dev eth0/);
    expect(world.in('cal.a', 'ip -6 addr show dev eth0 scope global').stdout).toContain('inet6 fd44::40/128');
    expect(world.in('cal.h1', 'ip -6 route').stdout).toMatch(
      /^blackhole fd44::40\/122[\s\S]*^fd44::80\/122 via fd50::\S+ dev eth0 proto bird/m,
    );
    expect(await probe(world, 'cal.a', 'ping -6 fd44::85')).toBe('answer');
    expect(await probe(world, 'cal.a', 'ping 10.244.2.5')).toBe('answer');
    expect(await probe(world, 'cal.a', 'ping -6 fd44::41')).not.toBe('answer');
    world.in('cal.a', 'ip addr add fd44::86/128 dev lo nodad');
    expect(await probe(world, 'cal.a', 'ping -6 -I fd44::86 fd44::85')).not.toBe('answer');
    world.in('cal.a', 'ip addr del fd44::86/128 dev lo');
    const labelled = text.replace('a: { ', 'a: { labels: { app: web }, ').replace('b: { ', 'b: { labels: { app: db }, ');
    const more = "  c: { host: h1, networks: { pods: { ipv4_address: 10.244.1.6, ipv6_address: 'fd44::46' } }, labels: { app: job } }\n";
    const policy = 'policy: [{ to: { app: db }, from: [{ app: web }], ports: [tcp/80, icmp] }]';
    apply(world, `${labelled.replace('underlay: lan', `underlay: lan, ${policy}`)}${more}`);
    await world.serve('cal.b', '80,81', 'b');
    const ways = ['ping fd44::85', 'http://[fd44::85]', 'http://[fd44::85]:81', 'http://10.244.2.5', 'http://10.244.2.5:81'];
    const from = async (node: string): Promise<readonly string[]> => Promise.all(ways.map((way) => probe(world, `cal.${node}`, way)));
    expect(await from('a')).toEqual(['answer', 'b:80 sees fd44::40', 'timeout', 'b:80 sees 10.244.1.5', 'timeout']);
    expect(await from('c')).toEqual(['timeout', 'timeout', 'timeout', 'timeout', 'timeout']);
    world.must('kill $(ip netns pids cal.b)');
    world.mustTopo('destroy', '--yes', 'topo.yaml');
    expect(world.snapshot()).toBe(before);
  }, 60_000);
});

describe('a network that is internal, or not the way out', () => {
  it('leads to its own nodes and no further', async () => {
    apply(world, calicoLab(', internal: true', `${NODES}\n  ext: { networks: { lan: 192.168.50.99 } }`));
    await learned(world, 'h1', 1);
    await learned(world, 'h2', 1);
    expect(world.in('cal.a', 'ip route').stdout).toBe(
      '10.244.0.0/16 via 169.254.1.1 dev eth0 proto 84 \n169.254.1.1 dev eth0 proto 84 scope link \n',
    );
    expect(await probe(world, 'cal.a', 'ping 10.244.2.5')).toBe('answer');
    world.must('ip -n cal.a route add default via 169.254.1.1 dev eth0 && ip -n cal.ext route add 10.244.0.0/16 via 192.168.50.11');
    expect(await probe(world, 'cal.a', 'ping 192.168.50.99')).toBe('timeout');
    expect(await probe(world, 'cal.ext', 'ping 10.244.1.5')).toBe('timeout');
  }, 60_000);
});
