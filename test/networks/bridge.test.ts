import { describe, expect, test } from '@jest/globals';
import { HOST } from '../../src/model/state.js';
import { AT, addresses, attachment, ids, network, node, resource, sysctls, topology } from './topologies.js';

const demo = network('demo', { subnets: ['172.8.0.0/16'], bridgeName: 'br-demo' });
const port = { at: AT, hostPort: 8088, nodePort: 8000, count: 1, protocol: 'tcp' } as const;
const ns1 = node('ns1', { networks: [attachment('demo', { ipv4Address: '172.8.0.8', interfaceName: 'veth1', hostInterface: 'veth0' })] });

describe('a bridge network', () => {
  const of = topology([demo], [ns1]);

  test('is a bridge with the gateway address', () => {
    expect(resource(of, 'bridge:host/br-demo')).toMatchObject({
      props: { mtu: 1500, altnames: ['topo.shop.demo'], up: true },
      path: 'networks.demo',
    });
    expect(addresses(of, HOST)).toEqual(['172.8.0.1/16 dev br-demo']);
  });

  test('has a veth for each node, a port of the bridge on the host', () => {
    const veth = resource(of, 'veth:shop.ns1/veth1');
    expect(veth).toMatchObject({
      props: {
        name: 'veth1',
        peer_netns: HOST,
        peer_name: 'veth0',
        peer_master: 'br-demo',
        peer_hairpin: true,
        master: '',
        up: true,
        peer_up: true,
      },
      needs: ['netns:shop.ns1', 'bridge:host/br-demo'],
      path: 'nodes.ns1.networks.demo',
    });
    expect(veth.props['mac']).not.toBe(veth.props['peer_mac']);
    expect(addresses(of, 'shop.ns1')).toEqual(['172.8.0.8/16 dev veth1']);
  });

  test('without IPv6 subnet has no IPv6 on the bridge', () => {
    expect(sysctls(of, HOST)).toEqual([
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.br-demo.disable_ipv6=1',
      'net.ipv6.conf.br-demo.accept_ra=0',
      'net.ipv6.conf.br-demo.accept_dad=0',
      'net.ipv4.conf.br-demo.route_localnet=0',
    ]);
  });

  test('with an MTU too small for IPv6 has no settings of it', () => {
    const values = sysctls(topology([{ ...demo, mtu: 1279 }], [{ ...ns1, ipv6: false }]), HOST);
    expect(values).toEqual(['net.ipv4.ip_forward=1', 'net.ipv4.conf.br-demo.route_localnet=0']);
    expect(sysctls(topology([{ ...demo, mtu: 1279 }], [{ ...ns1, ipv6: false }]), 'shop.ns1')).toEqual([]);
  });

  test('with both families has both addresses and forwards both', () => {
    const dual = topology([network('demo', { subnets: ['172.8.0.0/16', 'fd61::/64'], bridgeName: 'br-demo' })], []);
    expect(addresses(dual, HOST)).toEqual(['172.8.0.1/16 dev br-demo', 'fd61::1/64 dev br-demo']);
    expect(sysctls(dual, HOST)).toEqual(
      expect.arrayContaining(['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', 'net.ipv6.conf.br-demo.disable_ipv6=0']),
    );
  });

  test.each([
    ['any address', undefined, '1'],
    ['127.0.0.1', '127.0.0.1', '1'],
    ['another address', '10.99.0.2', '0'],
  ])('with a port of %s', (_what, hostAddress, value) => {
    const ports = [hostAddress === undefined ? port : { ...port, hostAddress }];
    expect(sysctls(topology([demo], [{ ...ns1, ports }]), HOST)).toContain(`net.ipv4.conf.br-demo.route_localnet=${value}`);
  });

  test('takes the gateway that is written', () => {
    const of = topology([{ ...demo, gateway: { kind: 'host', ipv4: '172.8.255.254' } }], []);
    expect(addresses(of, HOST)).toEqual(['172.8.255.254/16 dev br-demo']);
  });

  test('has its mtu on both ends of every veth', () => {
    const { props } = resource(topology([{ ...demo, mtu: 1400 }], [ns1]), 'veth:shop.ns1/veth1');
    expect([props['mtu'], props['peer_mtu']]).toEqual([1400, 1400]);
  });
});

describe('a bridge network without the host', () => {
  test.each([
    ['a node', { kind: 'node', node: 'ns1', at: AT } as const],
    ['none', { kind: 'none' } as const],
  ])('gateway %s: no address, no rules, nothing of the host is changed', (_what, gateway) => {
    const of = topology([{ ...demo, gateway }], [ns1]);
    expect(addresses(of, HOST)).toEqual([]);
    expect(ids(of, 'nftables')).toEqual([]);
    expect(sysctls(of, HOST)).not.toContain('net.ipv4.ip_forward=1');
    expect(resource(of, 'veth:shop.ns1/veth1').props['peer_hairpin']).toBe(false);
  });

  test('internal: the host has an address but forwards nothing', () => {
    const of = topology([{ ...demo, internal: true }], [ns1]);
    expect(addresses(of, HOST)).toEqual(['172.8.0.1/16 dev br-demo']);
    expect(sysctls(of, HOST)).not.toContain('net.ipv4.ip_forward=1');
  });

  test('external: ports and nothing else', () => {
    const of = topology([{ ...demo, external: true }], [ns1]);
    expect(ids(of, 'bridge', 'nftables')).toEqual([]);
    expect(addresses(of, HOST)).toEqual([]);
    expect(sysctls(of, HOST)).toEqual([]);
    expect(resource(of, 'veth:shop.ns1/veth1')).toMatchObject({ props: { peer_master: 'br-demo' }, needs: ['netns:shop.ns1'] });
  });
});
