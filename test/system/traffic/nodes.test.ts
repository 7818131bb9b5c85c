/** What networks make of nodes: interfaces, addresses, default routes; and traffic that shows it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { placesOf, Rows } from './rows.js';

const LAB = `
name: nodes
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], mtu: 1400, bridge_name: br-a }
  b: { subnet: 10.62.0.0/24 }
  inner: { subnet: 10.63.0.0/24, internal: true }
  quiet: { subnet: 10.66.0.0/24, gateway: none }
  routed: { subnet: 10.67.0.0/24, gateway: router }
nodes:
  one: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2', mac_address: '02:00:00:00:61:02' } } }
  first: { networks: { a: 10.61.0.3, b: 10.62.0.3 } }
  second: { networks: { a: 10.61.0.4, b: { ipv4_address: 10.62.0.4, gw_priority: 1 } }, ports: ['8084:80'] }
  outward: { networks: { inner: 10.63.0.5, b: 10.62.0.5 }, ports: ['8085:80'] }
  named: { networks: { b: { ipv4_address: 10.62.0.6, interface_name: wan, host_interface: named0 } } }
  plain: { networks: { b: 10.62.0.7 }, ipv6: false }
  alone: { network_mode: none }
  mute: { networks: { quiet: 10.66.0.8 } }
  mate: { networks: { quiet: 10.66.0.9 } }
  router: { forwarding: true, networks: { routed: 10.67.0.1, b: 10.62.0.10 } }
  behind: { networks: { routed: 10.67.0.11 } }
`;

const rows = new Rows(
  [
    // Ports lead to the address on the network of the default route.
    ['lan', 'http://10.99.0.2:8084', 'second:62 sees 10.99.0.1'],
    ['lan', 'http://10.99.0.2:8085', 'outward:62 sees 10.99.0.1'],
    ['outward', 'ping 10.99.0.1', 'answer'],
    ['named', 'ping 10.99.0.1', 'answer'],
    ['alone', 'ping 10.61.0.1', 'unreachable'],
    ['alone', 'ping 127.0.0.1', 'answer'],
    ['mute', 'ping 10.66.0.9', 'answer'],
    ['mute', 'ping 10.99.0.1', 'unreachable'],
    ['host', 'ping 10.66.0.8', 'unreachable'],
    ['behind', 'ping 10.67.0.1', 'answer'],
    ['behind', 'ping 10.62.0.10', 'answer'],
    ['behind', 'ping 10.62.0.6', 'timeout'],
    ['host', 'ping 10.67.0.11', 'unreachable'],
    ['one', 'ping fd61::1', 'answer'],
  ],
  placesOf('nodes'),
);

interface Link {
  readonly address: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly ifname: string;
}
interface Address {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
  readonly broadcast?: string;
}

let world: World;
const json = (command: string): unknown => JSON.parse(world.must(command));
const linkOf = (netns: string, name: string): Link => (json(`ip ${netns} -d -j link show ${name}`) as Link[])[0]!;
const addressesOf = (netns: string, name: string): readonly string[] =>
  (json(`ip ${netns} -j addr show ${name}`) as { addr_info: Address[] }[])
    .flatMap(({ addr_info }) => addr_info)
    .map(({ local, prefixlen, scope, broadcast }) => [`${local}/${prefixlen}`, scope, broadcast].filter(Boolean).join(' '));
const defaultsOf = (node: string, family = 4): readonly string[] =>
  (json(`ip -n nodes.${node} -${family} -j route show default`) as { gateway: string; dev: string }[]).map(
    ({ gateway, dev }) => `${gateway} ${dev}`,
  );

beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  const servers = ['second', 'outward'].map((node) =>
    world.serve(`nodes.${node}`, `${node === 'second' ? '10.62.0.4' : '10.62.0.5'}:80`, `${node}:62`),
  );
  await Promise.all(servers);
  await rows.run(world);
});
afterAll(() => world.dispose());

describe('a network', () => {
  it('is a bridge that is up, with a MAC of its own and the gateway addresses, and no others', () => {
    expect(linkOf('', 'br-a')).toMatchObject({ mtu: 1400, address: expect.stringMatching(/^02:/) });
    expect(linkOf('', 'br-a').flags).toContain('UP');
    expect(addressesOf('', 'br-a').filter((text) => !text.startsWith('fe80'))).toEqual([
      '10.61.0.1/24 global 10.61.0.255',
      'fd61::1/64 global',
    ]);
  });

  it('keeps the MAC of its bridge when nodes come and go', () => {
    const before = linkOf('', 'br-a').address;
    world.file('topo.yaml', `${LAB}  late: { networks: { a: { mac_address: '02:00:00:00:00:01' } } }\n`);
    world.mustTopo('apply', '--yes');
    expect(linkOf('', 'br-a').address).toBe(before);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(linkOf('', 'br-a').address).toBe(before);
  });

  it('whose gateway is none or a node has no address on the host', () => {
    const subnets = world.must('ip -4 -br addr');
    expect(subnets).not.toMatch(/10\.6[67]\./);
    expect(subnets).toMatch(/10\.6[123]\.0\.1/);
  });
});

describe('a node', () => {
  it('has the MAC, the addresses and the MTU that are declared, and one default route', () => {
    expect(linkOf('-n nodes.one', 'eth0')).toMatchObject({ address: '02:00:00:00:61:02', mtu: 1400 });
    expect(linkOf('-n nodes.one', 'eth0').flags).toContain('UP');
    expect(addressesOf('-n nodes.one', 'eth0').filter((text) => !text.startsWith('fe80'))).toEqual([
      '10.61.0.2/24 global 10.61.0.255',
      'fd61::2/64 global',
    ]);
    expect(defaultsOf('one')).toEqual(['10.61.0.1 eth0']);
    expect(defaultsOf('one', 6)).toEqual(['fd61::1 eth0']);
  });

  it.each([
    ['first', ['10.61.0.1 eth0'], 'the first network that is written'],
    ['second', ['10.62.0.1 eth1'], 'the highest gw_priority'],
    ['outward', ['10.62.0.1 eth1'], 'a network that is not internal'],
    ['router', ['10.62.0.1 eth1'], 'a network of which it is not itself the router'],
    ['behind', ['10.67.0.1 eth0'], 'the node that is the gateway'],
    ['mute', [], 'none'],
  ])('%s has the default route %s: %s', (node, routes) => {
    expect(defaultsOf(node)).toEqual(routes);
  });

  it('on the path to elsewhere uses the interface of its default route', () => {
    expect(world.must('ip -n nodes.second route get 10.99.0.1')).toContain('via 10.62.0.1 dev eth1');
  });

  it('has the interface names that are declared, after it was taken off the network too', () => {
    const names = (): string => `${linkOf('-n nodes.named', 'wan').ifname} ${linkOf('', 'named0').ifname}`;
    expect(names()).toBe('wan named0');
    const declared = 'networks: { b: { ipv4_address: 10.62.0.6, interface_name: wan, host_interface: named0 } }';
    world.file('topo.yaml', LAB.replace(declared, 'networks: []'));
    world.mustTopo('apply', '--yes');
    expect(world.sh('ip link show named0').status).not.toBe(0);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(names()).toBe('wan named0');
  });

  it('with ipv6: false has none on an interface without an IPv6 address', () => {
    expect(world.must('ip netns exec nodes.plain sysctl -n net.ipv6.conf.eth0.disable_ipv6').trim()).toBe('1');
    expect(addressesOf('-n nodes.plain', 'eth0')).toEqual(['10.62.0.7/24 global 10.62.0.255']);
    expect(addressesOf('-n nodes.first', 'eth1').join()).toContain('fe80');
  });

  it('with network_mode: none has lo alone, and that is up', () => {
    expect((json('ip -n nodes.alone -j link') as Link[]).map(({ ifname }) => ifname)).toEqual(['lo']);
    expect(addressesOf('-n nodes.alone', 'lo')).toEqual(['127.0.0.1/8 host', '::1/128 host']);
  });

  it('forwards if it is said to, and only then', () => {
    const forwarding = (node: string): string => world.must(`ip netns exec nodes.${node} sysctl -n net.ipv4.ip_forward`).trim();
    expect([forwarding('router'), forwarding('one')]).toEqual(['1', '0']);
    expect(world.must('sysctl -n net.ipv4.ip_forward').trim()).toBe('1');
  });
});

describe('who reaches what', () => rows.test());
