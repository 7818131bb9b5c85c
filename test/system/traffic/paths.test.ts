/** Links, routes, rules and neighbours of nodes, and what packets make of them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES, planned } from '../../examples/example.js';
import { World } from '../world.js';
import { probe } from './probe.js';

const LAB = `
name: paths
nodes:
  left:
    interfaces: { lo: { addresses: [10.70.255.1/32] } }
    routes:
      - { to: 10.70.255.2/32, via: 10.70.1.2 }
      - { to: 10.70.255.2/32, via: 10.70.2.2, table: 100 }
      - { to: 10.71.0.0/16, type: unreachable }
      - { to: 10.72.0.0/16, type: prohibit }
      - { to: 10.73.0.0/16, via: 10.70.9.9, dev: one, onlink: true }
    rules:
      - { from: 10.70.255.1, table: 100, priority: 1000 }
    neighbours:
      - { address: 10.70.9.9, mac_address: '02:00:00:00:00:02', dev: one }
  right:
    interfaces: { lo: { addresses: [10.70.255.2/32, 10.73.0.1/32] } }
    routes: [{ to: 10.70.255.1/32, via: 10.70.1.1 }]
  edge: {}
links:
  - endpoints:
      - { node: left, interface: one, ipv4_address: 10.70.1.1/30, ipv6_address: 'fd70:1::1/64' }
      - { node: right, interface: one, ipv4_address: 10.70.1.2/30, ipv6_address: 'fd70:1::2/64', mac_address: '02:00:00:00:00:02' }
  - endpoints:
      - { node: left, interface: two, ipv4_address: 10.70.2.1/30 }
      - { node: right, interface: two, ipv4_address: 10.70.2.2/30 }
    mtu: 9000
  - endpoints:
      - { node: left, interface: cut, ipv4_address: 10.70.4.1/30, ipv6_address: 'fd70:4::1/64' }
      - { node: right, interface: cut, ipv4_address: 10.70.4.2/30, ipv6_address: 'fd70:4::2/64' }
    state: down
  - endpoints:
      - { node: edge, interface: eth0, ipv4_address: 10.70.3.2/30 }
      - { node: host, interface: edge0, ipv4_address: 10.70.3.1/30 }
`;

let world: World;
let before: string;
const left = (command: string): string => world.must(`ip netns exec paths.left ${command}`);
const received = (name: string): number => Number(world.must(`ip netns exec paths.right cat /sys/class/net/${name}/statistics/rx_packets`));

beforeAll(async () => {
  world = await World.create();
  before = world.snapshot();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
});
afterAll(() => world.dispose());

describe('a link', () => {
  it.each([
    ['paths.left', 'ping 10.70.1.2', 'answer'],
    ['paths.left', 'ping fd70:1::2', 'answer'],
    ['paths.left', 'ping 10.70.2.2', 'answer'],
    ['paths.left', 'ping 10.70.255.2', 'answer'],
    ['paths.edge', 'ping 10.70.3.1', 'answer'],
    [null, 'ping 10.70.3.2', 'answer'],
    ['paths.left', 'ping 10.70.4.2', 'unreachable'],
  ])('%s -> %s: %s', async (from, to, result) => {
    expect(await probe(world, from, to)).toBe(result);
  });

  it('carries packets of its MTU', () => {
    expect(left('ping -c 1 -M do -s 8972 10.70.2.2')).toContain('1 received');
  });

  it('that is down is there, and works when it is switched on: a change of it and of what it carries', async () => {
    expect(world.must('ip -n paths.left -br link show cut')).toMatch(/^cut@\S+ +DOWN/);
    world.file('topo.yaml', LAB.replace('state: down', 'state: up'));
    const plan = planned(world, 'topo.yaml');
    expect(plan).toEqual(['+address:paths.left/cut/fd70:4::1/64', '+address:paths.right/cut/fd70:4::2/64', '~veth:paths.left/cut']);
    world.mustTopo('apply', '--yes');
    expect(await probe(world, 'paths.left', 'ping 10.70.4.2')).toBe('answer');
    expect(await probe(world, 'paths.left', 'ping fd70:4::2')).toBe('answer');
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    expect(await probe(world, 'paths.left', 'ping 10.70.4.2')).toBe('unreachable');
  });
});

describe('routes, rules and neighbours', () => {
  it('a rule sends packets from one address by its table, and others go by main', () => {
    expect(left('ip route get 10.70.255.2')).toContain('via 10.70.1.2 dev one');
    expect(left('ip route get 10.70.255.2 from 10.70.255.1')).toContain('via 10.70.2.2 dev two table 100');
    const two = received('two');
    left('ping -c 3 -i 0.1 -I 10.70.255.1 10.70.255.2');
    expect(received('two') - two).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['10.71.0.1', 'No route to host'],
    ['10.72.0.1', 'Permission denied'],
  ])('a route that refuses says so: %s %s', (address, words) => {
    const { status, stdout, stderr } = world.in('paths.left', `curl -sSv --max-time 2 http://${address}`);
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain(words);
  });

  it('a neighbour is permanent, and packets go to its MAC address without a question', () => {
    expect(left('ip neigh show 10.70.9.9')).toContain('lladdr 02:00:00:00:00:02 PERMANENT');
    expect(left('ping -c 1 -W 2 10.73.0.1')).toContain('1 received');
  });

  it.each([
    ['ip neigh del 10.70.9.9 dev one', ['+neighbour:paths.left/one/10.70.9.9']],
    ['ip rule del priority 1000', [expect.stringMatching(/^\+rule:paths\.left\//)]],
    ['ip route del unreachable 10.71.0.0/16', [expect.stringMatching(/^\+route:paths\.left\/.*10\.71\.0\.0\/16/)]],
    ['ip route add 10.74.0.0/16 via 10.70.1.2', [expect.stringMatching(/^-route:paths\.left\/.*10\.74\.0\.0\/16/)]],
  ])('%s by hand: the plan names it alone, and apply puts it right', (command, plan) => {
    left(command);
    expect(planned(world, 'topo.yaml')).toEqual(plan);
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });
});

describe('destroy', () => {
  it('leaves nothing, the link to the host included', () => {
    world.mustTopo('destroy', '--yes');
    expect(world.snapshot()).toBe(before);
  });
});
