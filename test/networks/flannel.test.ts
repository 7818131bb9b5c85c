/** What only the derived subnets of hosts show: addresses that are in another one, and hosts for which none is left. */
import { describe, expect, test } from '@jest/globals';
import { expand, type Expansion } from '../../src/networks/expand.js';
import { loadTopology } from '../../src/topology/load.js';

function expanded(text: string): Expansion {
  const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes: Buffer.from(text) }, {});
  expect(diagnostics).toEqual([]);
  return expand(topology!);
}

const lab = (pods: string, nodes: string): string => `
name: lab
networks:
  lan: { subnet: 192.168.50.0/24 }
  pods: { driver: flannel, ${pods} }
hosts: { h1: { networks: [lan] }, h2: { networks: [lan] }, h3: { networks: [lan] } }
nodes: { ${nodes} }
`;

const FIXED = 'host_subnets: { h1: 10.244.1.0/24, h2: 10.244.2.0/24 }';

describe('a network divided among hosts complains of', () => {
  test.each([
    [
      'an address of another host’s subnet',
      FIXED,
      'a: { host: h1, networks: { pods: 10.244.2.5 } }',
      'address-outside-subnet',
      '10.244.1.0/24',
    ],
    ['the gateway’s address', FIXED, 'a: { host: h1, networks: { pods: 10.244.1.1 } }', 'gateway-taken', 'the host h1'],
    ['the address of the tunnel', FIXED, 'a: { host: h1, networks: { pods: 10.244.1.0 } }', 'address-reserved', '10.244.1.0/24'],
    ['the broadcast address', FIXED, 'a: { host: h1, networks: { pods: 10.244.1.255 } }', 'address-reserved', '10.244.1.0/24'],
    [
      'a host for which no subnet is left',
      'subnet: 10.9.0.0/23',
      'a: { host: h1, networks: [pods] }, b: { host: h2, networks: [pods] }, c: { host: h3, networks: [pods] }',
      'subnet-exhausted',
      'no /24 of 10.9.0.0/23 is left',
    ],
    [
      'a host’s subnet that is full',
      'subnet: 10.9.0.0/24, subnet_len: 30, host_subnets: { h1: 10.9.0.0/30 }',
      'a: { host: h1, networks: [pods] }, b: { host: h1, networks: [pods] }',
      'subnet-exhausted',
      'no address of 10.9.0.0/30 is left',
    ],
  ])('%s', (_name, pods, nodes, code, words) => {
    const [first] = expanded(lab(pods, nodes)).diagnostics;
    expect(first).toMatchObject({ code, severity: 'error' });
    expect(first?.message).toContain(words);
  });
});

test('a host that is named with its subnet is part of the network without nodes', () => {
  const { state } = expanded(lab(FIXED, 'a: { host: h1, networks: [pods] }'));
  const ids = [...state.resources.keys()];
  expect(ids).toContain('vxlan:lab.h2/flannel.1');
  expect(ids).toContain('route:lab.h1/10.244.2.0/24');
  expect(ids.filter((id) => id.includes('h3') && id.includes('flannel'))).toEqual([]);
});

test('the MTU is what the underlay leaves, by tunnel or by plain routes', () => {
  const mtu = (pods: string): unknown => {
    const { state } = expanded(lab(pods, 'a: { host: h1, networks: [pods] }, b: { host: h2, networks: [pods] }'));
    return state.resources.get('veth:lab.a/eth0')?.props['mtu'];
  };
  expect([mtu(''), mtu('direct_routing: true'), mtu('backend: host-gw')]).toEqual([1450, 1450, 1500]);
});
