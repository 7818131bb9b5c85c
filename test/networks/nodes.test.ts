import { describe, expect, test } from '@jest/globals';
import type { Topology } from '../../src/model/topology.js';
import { expand } from '../../src/networks/expand.js';
import { AT, addresses, attachment, endpoint, ids, link, network, node, resource, resources, sysctls, topology } from './topologies.js';

const front = network('front', { subnets: ['10.61.0.0/24'] });
const dual = network('dual', { subnets: ['10.62.0.0/24', 'fd62::/64'] });

/** Settings that are the namespace's own. */
function forwarding(of: Topology): readonly string[] {
  const { props } = resource(of, 'netns:shop.a');
  return ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'].map((key) => `${key}=${String(props[key])}`);
}

describe('a node', () => {
  test('without networks has lo alone, and does not forward', () => {
    const of = topology([], [node('a', { networkMode: 'none' })]);
    expect(resources(of).map(({ id }) => id)).toEqual(['netns:shop.a', 'loopback:shop.a/lo']);
    expect(forwarding(of)).toEqual(['net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0']);
  });

  test('has interfaces in the order written, around names that are taken', () => {
    const a = node('a', { networks: ['front', attachment('dual', { interfaceName: 'eth0' })] });
    const of = topology([front, dual], [a, node('b')], [link(endpoint('a:eth1'), endpoint('b:eth0'))]);
    expect(ids(of, 'veth')).toEqual(['veth:shop.a/eth2', 'veth:shop.a/eth0', 'veth:shop.a/eth1']);
  });

  test('refines what networks make', () => {
    const settings = { name: 'eth0', at: AT, addresses: [{ cidr: '10.5.0.1/24', at: AT }], mtu: 9000, macAddress: '02:00:00:00:00:01' };
    const of = topology([front], [node('a', { networks: [attachment('front', { ipv4Address: '10.61.0.2' })], interfaces: [settings] })]);
    expect(resource(of, 'veth:shop.a/eth0').props).toMatchObject({ mtu: 9000, peer_mtu: 1500, mac: '02:00:00:00:00:01', up: true });
    expect(addresses(of, 'shop.a')).toEqual(['10.61.0.2/24 dev eth0', '10.5.0.1/24 dev eth0']);
    expect(resource(of, 'address:shop.a/eth0/10.5.0.1/24').path).toBe('nodes.a.interfaces.eth0.addresses[0]');
  });

  test('sets lo', () => {
    const of = topology([], [node('a', { interfaces: [{ name: 'lo', at: AT, addresses: [{ cidr: '10.0.0.1/32', at: AT }], mtu: 1500 }] })]);
    expect(resource(of, 'loopback:shop.a/lo').props).toEqual({ mtu: 1500, up: true, own_addresses: ['127.0.0.1/8', '::1/128'] });
    expect(resource(of, 'address:shop.a/lo/10.0.0.1/32').needs).toEqual(['netns:shop.a', 'loopback:shop.a/lo']);
  });

  test('does not ask for the addresses that the kernel gives lo', () => {
    const given = ['127.0.0.1/8', '127.0.0.2/8', '::1/128'].map((cidr) => ({ cidr, at: AT }));
    const of = topology([], [node('a', { interfaces: [{ name: 'lo', at: AT, addresses: given }] })]);
    expect(addresses(of, 'shop.a')).toEqual(['127.0.0.2/8 dev lo']);
  });

  test('keeps IPv4 addresses, but no IPv6 ones and no neighbours, on an interface that is down', () => {
    const neighbours = [{ at: AT, address: '10.62.0.9', macAddress: '02:00:00:00:00:09', dev: 'eth0' }];
    const given = { networks: [attachment('dual', { ipv4Address: '10.62.0.2' })], neighbours };
    const down = { interfaces: [{ name: 'eth0', at: AT, addresses: [], state: 'down' as const }] };
    expect(ids(topology([dual], [node('a', given)]), 'neighbour')).toEqual(['neighbour:shop.a/eth0/10.62.0.9']);
    const of = topology([dual], [node('a', { ...given, ...down })]);
    expect(ids(of, 'neighbour', 'route')).toEqual([]);
    expect(addresses(of, 'shop.a')).toEqual(['10.62.0.2/24 dev eth0']);
    expect(resource(of, 'veth:shop.a/eth0').props).toMatchObject({ up: false, peer_up: true });
  });

  test('is told when no address is left', () => {
    const small = network('small', { subnets: ['10.61.0.0/30'] });
    const { diagnostics } = expand(
      topology(
        [small],
        ['a', 'b'].map((name) => node(name, { networks: ['small'] })),
      ),
    );
    expect(diagnostics).toMatchObject([
      { code: 'subnet-exhausted', message: 'no address of 10.61.0.0/30 is left for b on the network small', at: AT },
    ]);
  });

  test('is told what it asks for twice', () => {
    const rule = { at: AT, family: 4, priority: 100, table: 100, from: '10.0.0.0/8' } as const;
    const { diagnostics } = expand(topology([], [node('a', { rules: [2, 5].map((index) => ({ ...rule, index })) })]));
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      [
        'declared-twice',
        'nodes.a.rules[5] asks for what nodes.a.rules[2] asks for already: rule:shop.a/priority 100 from 10.0.0.0/8 table 100',
      ],
    ]);
  });
});

describe('settings of a node', () => {
  const written = (key: string, value: string): { at: typeof AT; key: string; value: string } => ({ at: AT, key, value });
  const of = (given: Parameters<typeof node>[1]): readonly string[] => {
    const all = topology([front, dual], [node('a', given)]);
    return [...forwarding(all), ...sysctls(all, 'shop.a')];
  };

  test.each([
    ['forwarding', { forwarding: true }, ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']],
    [
      'one that is written goes before',
      { sysctls: [written('net.ipv4.ip_forward', '1')] },
      ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=0'],
    ],
    [
      'by its other name too',
      { sysctls: [written('net.ipv4.conf.all.forwarding', '1')] },
      ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=0'],
    ],
    [
      'ipv6: false, where there is no IPv6 address',
      { ipv6: false, networks: ['front', 'dual'] },
      ['net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0', 'net.ipv6.conf.eth0.disable_ipv6=1'],
    ],
    [
      'ipv6: false, and the same key written',
      { ipv6: false, networks: ['front'], sysctls: [written('net.ipv6.conf.eth0.disable_ipv6', '0')] },
      ['net.ipv4.ip_forward=0', 'net.ipv6.conf.all.forwarding=0', 'net.ipv6.conf.eth0.disable_ipv6=0'],
    ],
  ])('%s', (_what, given, expected) => expect(of(given)).toEqual(expected));

  test('what is written is remembered', () => {
    const all = resources(topology([], [node('a', { sysctls: [written('net.core.somaxconn', '99')] })]));
    expect(all.filter(({ kind }) => kind === 'sysctl').map(({ definition }) => definition)).toEqual([{ remember: true }]);
  });

  test.each(['net.ipv4.conf.eth0/10.rp_filter', 'net/ipv4/conf/eth0.10/rp_filter', 'net.ipv4.conf.eth0.10.rp_filter'])(
    '%s goes with the link of that interface, in one spelling',
    (key) => {
      const networks = [attachment('front', { interfaceName: 'eth0.10' })];
      const all = topology([front], [node('a', { networks, sysctls: [written(key, '2')] })]);
      expect(resource(all, 'sysctl:shop.a/net.ipv4.conf.eth0/10.rp_filter').goesWith).toEqual(['veth:shop.a/eth0.10']);
    },
  );

  test('white space in a value is one space, as it is read', () => {
    expect(of({ sysctls: [written('net.ipv4.ping_group_range', '0 \t2147483647')] })).toContain('net.ipv4.ping_group_range=0 2147483647');
  });
});

describe('what must be observed', () => {
  test('all namespaces, and the keys of all settings', () => {
    const { observe } = expand(topology([network('front', { bridgeName: 'br0' })], [node('a', { networks: ['front'] }), node('b')]));
    expect(observe.namespaces).toEqual(['shop.a', 'shop.b']);
    expect(Object.fromEntries(observe.sysctls)).toEqual({
      host: [
        'net.bridge.bridge-nf-call-iptables',
        'net.bridge.bridge-nf-call-ip6tables',
        'net.ipv4.ip_forward',
        'net.ipv6.conf.br0.disable_ipv6',
        'net.ipv6.conf.br0.accept_ra',
        'net.ipv6.conf.br0.accept_dad',
        'net.ipv4.conf.br0.route_localnet',
      ],
    });
  });
});
