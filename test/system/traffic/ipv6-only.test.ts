/** Networks of IPv6 alone: no IPv4 address is made anywhere, and all that others do works. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { placesOf, Rows } from './rows.js';

const LAB = `
name: six
networks:
  a: { subnet: 'fd61::/64', bridge_name: br-a }
  b: { subnet: 'fd62::/64', masquerade: false, bridge_name: br-b }
  inner: { subnet: 'fd63::/64', internal: true }
nodes:
  a1: { networks: { a: { ipv6_address: 'fd61::2', aliases: [web] } }, ports: ['[::]:8080:80', '8081:81', '[fd99::2]:5353:53/udp'] }
  a2: { networks: { a: 'fd61::3' } }
  auto: { networks: [a] }
  b1: { networks: { b: 'fd62::2' } }
  i1: { networks: { inner: 'fd63::2' } }
  i2: { networks: { inner: 'fd63::3' } }
`;

const rows = new Rows(
  [
    ['a1', 'http://[fd61::3]', 'a2 sees fd61::2'],
    ['auto', 'ping fd61::3', 'answer'],
    ['a1', 'ping fd61::1', 'answer'],
    ['host', 'http://[fd61::3]', 'a2 sees fd61::1'],
    ['b1', 'http://[fd61::3]', 'timeout'],
    ['a1', 'http://[fd99::1]', 'lan sees fd99::2'],
    ['b1', 'http://[fd99::1]', 'lan sees fd62::2'],
    ['i1', 'http://[fd63::3]', 'i2 sees fd63::2'],
    ['i1', 'ping fd99::1', 'unreachable'],
    ['lan', 'http://[fd61::2]', 'timeout'],
    ['lan', 'http://[fd63::2]', 'timeout'],
    // Published ports, and on the IPv4 addresses of the host there is none.
    ['lan', 'http://[fd99::2]:8080', 'a1:80 sees fd99::1'],
    ['lan', 'http://[fd99::2]:8081', 'a1:81 sees fd99::1'],
    ['host', 'http://[fd99::2]:8080', 'a1:80 sees fd61::1'],
    ['host', 'http://[::1]:8080', 'refused'],
    ['a1', 'http://[fd99::2]:8080', 'a1:80 sees fd61::1'],
    ['a2', 'http://[fd99::2]:8080', 'a1:80 sees fd61::1'],
    ['b1', 'http://[fd99::2]:8080', 'a1:80 sees fd62::2'],
    ['b1', 'http://[fd62::1]:8081', 'a1:81 sees fd62::2'],
    ['lan', 'udp [fd99::2]:5353', 'a1:53 sees fd99::1'],
    ['lan', 'http://10.99.0.2:8080', 'refused'],
    ['host', 'http://127.0.0.1:8081', 'refused'],
    // Names.
    ['a1', 'name a2', 'fd61::3'],
    ['a2', 'name web', 'fd61::2'],
    ['a2', 'name fd61::2', 'a1'],
    ['b1', 'name a1', 'unknown'],
    ['a2', 'http://a1', 'a1:80 sees fd61::3'],
    ['a1', 'route fd99::1', 'via fd61::1 dev eth0'],
    // IPv4 is on lo, and there alone.
    ['a1', 'ping 10.99.0.1', 'unreachable'],
    ['a1', 'ping 127.0.0.1', 'answer'],
  ],
  placesOf('six'),
);

const SERVERS = [
  ['a1', '80,81,udp:53'],
  ['a2', '80'],
  ['i2', '80'],
] as const;

let world: World;
let before: string;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.must('sysctl -qw net.ipv4.ip_forward=0');
  world.must('ip -n outside -6 route add fd60::/12 via fd99::2');
  before = world.snapshot();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all([...SERVERS.map(([node, where]) => world.serve(`six.${node}`, where, node)), world.serve('outside', 80, 'lan')]);
  await rows.run(world);
});
afterAll(() => world.dispose());

describe('a network of IPv6 alone', () => {
  rows.test();

  it('makes no IPv4 address, neither on the host nor in a node, and does not forward IPv4', () => {
    expect(world.must('ip -4 -br addr show br-a; ip -4 -br addr show br-b; ip -n six.a1 -4 -br addr show eth0')).toBe('');
    expect(world.must('ip -n six.a1 -4 route')).toBe('');
    expect(world.must('sysctl -n net.ipv4.ip_forward; sysctl -n net.ipv6.conf.all.forwarding')).toBe('0\n1\n');
    expect(world.must('nft list table inet topo_six')).not.toMatch(/\bip (saddr|daddr)|dnat ip to/);
  });

  it('has one default route in each node, that of IPv6', () => {
    expect(world.must('ip -n six.a1 -6 route show default').trim()).toMatch(/^default via fd61::1 dev eth0 [^\n]*$/);
    expect(world.must('ip -n six.i1 -6 route show default')).toBe('');
  });

  it('gives addresses by itself too', () => {
    const [, address = ''] =
      /inet6 (fd61::[0-9a-f:]+)\/64 scope global nodad/.exec(world.must('ip -n six.auto -6 addr show dev eth0')) ?? [];
    expect(address).not.toBe('');
    expect(world.mustTopo('exec', 'six.a1', '--', 'getent', 'ahosts', 'auto')).toContain(address);
  });

  it('needs an IPv4 address of nobody: a node may not ask for one', () => {
    const { status, stderr } = world.topo([
      'validate',
      world.file('four.yaml', LAB.replace('auto: { networks: [a] }', 'auto: { networks: { a: 10.61.0.9 } }')),
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('four.yaml:10:');
  });

  it('has nothing left to plan, and leaves nothing', () => {
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    for (const [node] of SERVERS) world.must(`kill $(ip netns pids six.${node})`);
    world.must('kill $(ip netns pids outside)');
    world.mustTopo('destroy', '--yes');
    expect(world.snapshot()).toBe(before);
  });
});
