import { describe, expect, test } from '@jest/globals';
import { HOST } from '../../src/model/state.js';
import { AT, addresses, endpoint, ids, link, node, resource, topology } from './topologies.js';

const ends = [endpoint('a:eth1', { ipv4Address: '10.0.0.1/30' }), endpoint('b:eth2', { ipv4Address: '10.0.0.2/30' })] as const;

describe('a link', () => {
  test('is one veth with both ends in their nodes', () => {
    const of = topology([], [node('a'), node('b')], [link(...ends, { mtu: 9000 })]);
    expect(resource(of, 'veth:shop.a/eth1')).toMatchObject({
      props: {
        name: 'eth1',
        peer_netns: 'shop.b',
        peer_name: 'eth2',
        mtu: 9000,
        peer_mtu: 9000,
        up: true,
        peer_up: true,
        master: '',
        peer_master: '',
      },
      needs: ['netns:shop.a', 'netns:shop.b'],
      path: 'links[0]',
    });
    expect(addresses(of, 'shop.b')).toEqual(['10.0.0.2/30 dev eth2']);
  });

  test('is the same in either direction', () => {
    const [first, second] = ends;
    const nodes = [node('a'), node('b')];
    const there = resource(topology([], nodes, [link(first, second)]), 'veth:shop.a/eth1');
    expect(resource(topology([], nodes, [link(second, first)]), 'veth:shop.a/eth1').props).toEqual(there.props);
  });

  test('that is down has both ends down', () => {
    const of = topology([], [node('a'), node('b')], [link(...ends, { state: 'down' })]);
    expect(resource(of, 'veth:shop.a/eth1').props).toMatchObject({ up: false, peer_up: false });
  });

  test('is refined by the settings of either node', () => {
    const b = node('b', { interfaces: [{ name: 'eth2', at: AT, addresses: [{ cidr: 'fd01::2/64', at: AT }], mtu: 1400, state: 'down' }] });
    const of = topology([], [node('a'), b], [link(...ends)]);
    expect(resource(of, 'veth:shop.a/eth1').props).toMatchObject({ mtu: 1500, peer_mtu: 1400, up: true, peer_up: false });
    expect(addresses(of, 'shop.b')).toEqual(['10.0.0.2/30 dev eth2']);
  });

  test('may end on the host', () => {
    const of = topology([], [node('a')], [link(endpoint('host:uplink', { ipv4Address: '10.0.0.2/30' }), ends[0])]);
    expect(ids(of, 'veth')).toEqual(['veth:shop.a/eth1']);
    expect(resource(of, 'veth:shop.a/eth1')).toMatchObject({ props: { peer_netns: HOST, peer_name: 'uplink' }, needs: ['netns:shop.a'] });
    expect(addresses(of, HOST)).toEqual(['10.0.0.2/30 dev uplink']);
  });
});
