/** Routes with several next hops at once: flows take them by their weights, and what somebody changes is put back. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';

const LAB = `
name: ways
nodes:
  router:
    forwarding: true
    sysctls: { net.ipv4.fib_multipath_hash_policy: 1, net.ipv6.fib_multipath_hash_policy: 1 }
    interfaces: { lo: { addresses: [10.76.0.1/32, 'fd76::1/128'] } }
    routes:
      - { to: 10.73.0.0/16, nexthops: [{ via: 10.71.0.2, weight: 3 }, { via: 10.72.0.2 }], src: 10.76.0.1 }
      - { to: 'fd73::/64', nexthops: [{ via: 'fd72::2' }, { via: 'fd71::2', dev: one, weight: 3 }], src: 'fd76::1' }
  left:
    interfaces: { lo: { addresses: [10.73.0.1/32, 'fd73::1/128'] } }
    routes: [{ to: default, via: 10.71.0.1 }, { to: default, via: 'fd71::1' }]
  right:
    interfaces: { lo: { addresses: [10.73.0.1/32, 'fd73::1/128'] } }
    routes: [{ to: default, via: 10.72.0.1 }, { to: default, via: 'fd72::1' }]
links:
  - endpoints:
      - { node: router, interface: one, ipv4_address: 10.71.0.1/24, ipv6_address: 'fd71::1/64' }
      - { node: left, interface: one, ipv4_address: 10.71.0.2/24, ipv6_address: 'fd71::2/64' }
  - endpoints:
      - { node: router, interface: two, ipv4_address: 10.72.0.1/24, ipv6_address: 'fd72::1/64' }
      - { node: right, interface: two, ipv4_address: 10.72.0.2/24, ipv6_address: 'fd72::2/64' }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  for (const node of ['left', 'right']) await world.serve(`ways.${node}`, 'udp:53', node);
});
afterAll(() => world.dispose());

const routes = (to: string): string =>
  world
    .must(`ip -n ways.router ${to.includes(':') ? '-6 ' : ''}route show ${to}`)
    .replace(/\s+/g, ' ')
    .trim();

/** How many of 200 datagrams from as many ports came to the left node. */
function shareOfLeft(to: string): number {
  const count = (): number => Number(world.must(`ip netns exec ways.left cat /sys/class/net/one/statistics/rx_packets`));
  const family = to.includes(':') ? 'udp6' : 'udp4';
  // So that nothing waits for the address of a next hop (if it is there), and nothing is counted that asks for it.
  for (const hop of family === 'udp6' ? ['fd71::2', 'fd72::2'] : ['10.71.0.2', '10.72.0.2'])
    world.sh(`ip netns exec ways.router ping -n -c 1 -W 5 ${hop}`);
  const before = count();
  const flows = `const s = () => require('dgram').createSocket('${family}'); let n = 200; for (let i = 0; i < 200; i++) { const one = s(); one.send('x', 53, '${to}', () => { one.close(); if (--n === 0) process.exit(0); }); }`;
  world.must(`ip netns exec ways.router ${process.execPath} -e "${flows}"`);
  return count() - before;
}

describe('a route with several next hops', () => {
  it('stands in the kernel as it is written', () => {
    expect(routes('10.73.0.0/16')).toBe(
      '10.73.0.0/16 proto 84 src 10.76.0.1 nexthop via 10.71.0.2 dev one weight 3 nexthop via 10.72.0.2 dev two weight 1',
    );
    expect(routes('fd73::/64')).toBe(
      'fd73::/64 proto 84 src fd76::1 metric 1024 pref medium nexthop via fd71::2 dev one weight 3 nexthop via fd72::2 dev two weight 1',
    );
    expect(world.mustTopo('plan')).toContain(NO_CHANGES);
  });

  it.each(['10.73.0.1', 'fd73::1'])('sends flows to %s by each of them, by weight', (to) => {
    const left = shareOfLeft(to);
    // Three quarters of 200 are 150; the ports are what they are.
    expect(left).toBeGreaterThan(110);
    expect(left).toBeLessThan(190);
  });

  it.each<readonly [what: string, by: string]>([
    ['weight', 'ip -n ways.router route replace 10.73.0.0/16 proto 84 src 10.76.0.1 nexthop via 10.71.0.2 nexthop via 10.72.0.2'],
    ['one of them, IPv6', 'ip -n ways.router -6 route del fd73::/64 via fd72::2'],
    ['one of them, IPv4', 'ip -n ways.router route replace 10.73.0.0/16 proto 84 src 10.76.0.1 via 10.71.0.2'],
    ['all of them', 'ip -n ways.router route del 10.73.0.0/16; ip -n ways.router -6 route del fd73::/64'],
    ['an interface down', 'ip -n ways.router link set two down'],
    ['an interface deleted', 'ip -n ways.router link del two'],
  ])('is seen and put back: %s', (_what, by) => {
    const before = [routes('10.73.0.0/16'), routes('fd73::/64')];
    world.must(by);
    expect(world.topo(['plan', '--detailed-exitcode']).status).toBe(2);
    world.mustTopo('apply', '--yes');
    expect([routes('10.73.0.0/16'), routes('fd73::/64')]).toEqual(before);
    expect(world.mustTopo('plan')).toContain(NO_CHANGES);
  });

  it('has no next hop by an interface that is down', () => {
    world.file(
      'topo.yaml',
      LAB.replace(
        '  - endpoints:\n      - { node: router, interface: two',
        '  - state: down\n    endpoints:\n      - { node: router, interface: two',
      ),
    );
    world.mustTopo('apply', '--yes');
    expect(routes('10.73.0.0/16')).toBe('10.73.0.0/16 via 10.71.0.2 dev one proto 84 src 10.76.0.1');
    expect(routes('fd73::/64')).toBe('fd73::/64 via fd71::2 dev one proto 84 src fd76::1 metric 1024 pref medium');
    expect(shareOfLeft('10.73.0.1')).toBeGreaterThanOrEqual(200);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(routes('fd73::/64')).toContain('weight 3 nexthop');
  });

  it('is shown in the words of the file, and goes', () => {
    expect(world.mustTopo('show', 'ways.router')).toContain('{via: 10.71.0.2, dev: one, weight: 3}');
    world.file('topo.yaml', LAB.replace(/^.*nexthops.*\n/gm, '').replace('    routes:\n  left', '  left'));
    world.mustTopo('apply', '--yes');
    expect(routes('10.73.0.0/16') + routes('fd73::/64')).toBe('');
  });
});
