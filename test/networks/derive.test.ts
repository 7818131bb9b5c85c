import { describe, expect, test } from '@jest/globals';
import { HOST } from '../../src/model/state.js';
import type { Topology } from '../../src/model/topology.js';
import { bridgeAltname, derivationFor as derivation } from '../../src/networks/derive.js';
import { homesOf } from '../../src/networks/homes.js';
import { attachment, network, node, topology } from './topologies.js';

const derivationFor = (topology: Topology): ReturnType<typeof derivation> => derivation(topology, homesOf(topology));
const empty = topology([], []);

describe('derived names', () => {
  test('come from the words of the file alone', () => {
    const one = derivationFor(empty);
    expect([one.bridgeName('front', HOST), one.bridgeMac('front', HOST)]).toEqual(['br-f5dc1288', '02:f5:dc:12:88:61']);
    expect(one.hostInterface('web', 'front', HOST)).toMatch(/^vt[0-9a-f]{10}$/);
    expect(one.interfaceMac('web', 'eth0')).toMatch(/^02(:[0-9a-f]{2}){5}$/);
    expect(one.hostMac('web', 'front')).toMatch(/^fe(:[0-9a-f]{2}){5}$/);
  });

  test('one that is taken by the file makes room for the next', () => {
    const name = derivationFor(empty).hostInterface('web', 'front', HOST);
    const mac = derivationFor(empty).interfaceMac('web', 'eth0');
    const taken = topology(
      [network('front')],
      [node('other', { networks: [attachment('front', { hostInterface: name, macAddress: mac })] })],
    );
    const other = derivationFor(taken).hostInterface('web', 'front', HOST);
    expect(other).not.toBe(name);
    expect(derivationFor(taken).hostInterface('web', 'front', HOST)).toBe(other);
    expect(derivationFor(taken).interfaceMac('web', 'eth0')).not.toBe(mac);
  });

  test('the readable name of a bridge is within the limit of the kernel, and still its own', () => {
    expect(bridgeAltname('shop', 'front')).toBe('topo.shop.front');
    const long = ['a', 'b'].map((end) => bridgeAltname('shop', 'x'.repeat(200) + end));
    expect(long.map((name) => name.length)).toEqual([127, 127]);
    expect(long[0]).not.toBe(long[1]);
  });
});
