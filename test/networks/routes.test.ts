import { describe, expect, test } from '@jest/globals';
import { expand } from '../../src/networks/expand.js';
import { AT, attachment, endpoint, link, network, node, resource, route, routes, topology } from './topologies.js';

const front = network('front', { subnets: ['10.61.0.0/24', 'fd61::/64'] });
const back = network('back', { subnets: ['10.62.0.0/24'] });
const inside = network('inside', { subnets: ['10.63.0.0/24'], internal: true });
const routed = network('routed', { subnets: ['10.64.0.0/24'], gateway: { kind: 'node', node: 'router', at: AT } });
const router = node('router', {
  networks: [attachment('front', { ipv4Address: '10.61.0.2' }), attachment('routed', { ipv4Address: '10.64.0.9' })],
});

describe('the default route', () => {
  const defaults = (
    networks: readonly (string | ReturnType<typeof attachment>)[],
    given: Parameters<typeof node>[1] = {},
  ): readonly string[] => routes(topology([front, back, inside, routed], [node('a', { networks, ...given }), router]), 'a');

  test.each([
    ['one per family, by the first network', ['front', 'back'], ['0.0.0.0/0 via 10.61.0.1 dev eth0', '::/0 via fd61::1 dev eth0']],
    ['each family by the first network that has it', ['back', 'front'], ['0.0.0.0/0 via 10.62.0.1 dev eth0', '::/0 via fd61::1 dev eth1']],
    [
      'gw_priority goes before order',
      ['front', attachment('back', { gwPriority: 1 })],
      ['0.0.0.0/0 via 10.62.0.1 dev eth1', '::/0 via fd61::1 dev eth0'],
    ],
    ['none by an internal network', ['inside'], []],
    ['a network that is not internal goes before', ['inside', 'back'], ['0.0.0.0/0 via 10.62.0.1 dev eth1']],
    ['by the node that is the router', ['routed'], ['0.0.0.0/0 via 10.64.0.9 dev eth0']],
    ['none without networks', [], []],
  ])('%s', (_what, networks, expected) => expect(defaults(networks)).toEqual(expected));

  test('the router has none by itself', () => {
    expect(routes(topology([front, routed], [router]), 'router')).toEqual([
      '0.0.0.0/0 via 10.61.0.1 dev eth0',
      '::/0 via fd61::1 dev eth0',
    ]);
  });

  test('one that the file writes goes before', () => {
    expect(defaults(['back'], { routes: [route('0.0.0.0/0', { via: '10.62.0.7' })] })).toEqual(['0.0.0.0/0 via 10.62.0.7 dev eth0']);
    expect(defaults(['back'], { routes: [route('0.0.0.0/0', { type: 'blackhole' })] })).toEqual(['0.0.0.0/0']);
  });

  test('one of another metric or table stands beside it', () => {
    const other = [route('0.0.0.0/0', { via: '10.62.0.7', metric: 5 }), route('0.0.0.0/0', { via: '10.62.0.8', table: 100 })];
    expect(defaults(['back'], { routes: other })).toEqual([
      '0.0.0.0/0 via 10.62.0.1 dev eth0',
      '0.0.0.0/0 via 10.62.0.7 dev eth0',
      '0.0.0.0/0 via 10.62.0.8 dev eth0',
    ]);
  });

  test('none by an interface that is down', () => {
    expect(defaults(['back'], { interfaces: [{ name: 'eth0', at: AT, addresses: [], state: 'down' }] })).toEqual([]);
  });

  test('needs the address that makes the gateway reachable', () => {
    const of = topology([back], [node('a', { networks: [attachment('back', { ipv4Address: '10.62.0.5' })] })]);
    expect(resource(of, 'route:shop.a/0.0.0.0/0')).toMatchObject({
      needs: ['netns:shop.a', 'veth:shop.a/eth0', 'address:shop.a/eth0/10.62.0.5/24'],
      path: 'nodes.a.networks.back',
    });
  });

  test('by an external bridge only if its gateway is written', () => {
    const lan = network('lan', { subnets: ['10.99.0.0/24'], external: true, bridgeName: 'lan0' });
    const of = (gateway: typeof lan.gateway): readonly string[] =>
      routes(topology([{ ...lan, gateway }], [node('a', { networks: ['lan'] })]), 'a');
    expect(of({ kind: 'host', ipv4: '10.99.0.254' })).toEqual(['0.0.0.0/0 via 10.99.0.254 dev eth0']);
    expect(of({ kind: 'host' })).toEqual([]);
  });
});

describe('routes that the file writes', () => {
  const wire = link(
    endpoint('a:eth1', { ipv4Address: '10.1.0.1/30', ipv6Address: 'fd01::1/64' }),
    endpoint('b:eth1', { ipv4Address: '10.1.0.2/30' }),
  );
  const of = (given: ReturnType<typeof route>, more: Parameters<typeof node>[1] = {}): ReturnType<typeof topology> =>
    topology([], [node('a', { routes: [given], ...more }), node('b')], [wire]);

  test('find the interface of via', () => {
    expect(resource(of(route('10.9.0.0/24', { via: '10.1.0.2' })), 'route:shop.a/10.9.0.0/24')).toMatchObject({
      props: { dev: 'eth1', via: '10.1.0.2', scope: 'global' },
      needs: ['netns:shop.a', 'veth:shop.a/eth1', 'address:shop.a/eth1/10.1.0.1/30'],
      path: 'nodes.a.routes[0]',
    });
  });

  test('take the interface of the longest prefix', () => {
    const settings = [{ name: 'lo', at: AT, addresses: [{ cidr: '10.1.0.9/16', at: AT }] }];
    expect(routes(of(route('10.9.0.0/24', { via: '10.1.0.2' }), { interfaces: settings }), 'a')).toEqual([
      '10.9.0.0/24 via 10.1.0.2 dev eth1',
    ]);
  });

  test('reach via by another route of the node', () => {
    const both = [route('10.9.0.1/32', { dev: 'eth1' }), route('10.8.0.0/16', { via: '10.9.0.1' })];
    const found = resource(of(both[0]!, { routes: both }), 'route:shop.a/10.8.0.0/16');
    expect(found.props['dev']).toBe('eth1');
    expect(found.needs).toContain('route:shop.a/10.9.0.1/32');
  });

  test('need the address that src names', () => {
    const found = resource(of(route('10.9.0.0/24', { dev: 'eth1', src: '10.1.0.1' })), 'route:shop.a/10.9.0.0/24');
    expect(found.needs).toContain('address:shop.a/eth1/10.1.0.1/30');
    expect(found.props['scope']).toBe('link');
  });

  test('that refuse need no interface', () => {
    expect(resource(of(route('10.8.0.0/16', { type: 'blackhole' })), 'route:shop.a/10.8.0.0/16')).toMatchObject({
      props: { type: 'blackhole', dev: '' },
    });
  });

  test('by an unreachable via are an error', () => {
    const { diagnostics } = expand(of(route('10.9.0.0/24', { via: '192.0.2.1' })));
    expect(diagnostics.map(({ code }) => code)).toEqual(['route-unreachable-gateway']);
  });

  test.each([
    ['10.1.0.1', []],
    ['127.0.0.1', []],
    ['10.1.0.9', ['route-foreign-source']],
  ])('from %s: the source is an address of the node', (src, codes) => {
    for (const type of ['unicast', 'blackhole'] as const)
      expect(expand(of(route('10.9.0.0/24', { dev: 'eth1', src, type }))).diagnostics.map(({ code }) => code)).toEqual(codes);
  });

  test('by a link that is down are left out, as its IPv6 addresses are', () => {
    const cut = topology([], [node('a', { routes: [route('10.9.0.0/24', { via: '10.1.0.2' })] }), node('b')], [{ ...wire, state: 'down' }]);
    expect(routes(cut, 'a')).toEqual([]);
    expect(expand(cut).diagnostics).toEqual([]);
    expect([...expand(cut).state.resources.keys()].filter((id) => id.startsWith('address:'))).toEqual([
      'address:shop.a/eth1/10.1.0.1/30',
      'address:shop.b/eth1/10.1.0.2/30',
    ]);
  });
});
