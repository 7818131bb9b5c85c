/** `neighbors`: which sessions they are, and what is wrong with them. */
import { describe, expect, it } from '@jest/globals';
import { daemonsOf, pair } from './lab.js';

/** `bgp-ADDRESS: local … neighbor …, how far` of each session of a node. */
function sessionsOf(yaml: string, node: string): readonly string[] {
  const { configs, problems } = daemonsOf(yaml);
  expect(problems).toEqual([]);
  const blocks = (configs[node] ?? '').matchAll(/protocol bgp '(.*)' \{\n([\s\S]*?)\n\}\n/g);
  return [...blocks].map(([, name, body]) => {
    const line = (word: string): string => new RegExp(`^  (${word}.*);$`, 'm').exec(body!)?.[1] ?? '-';
    return `${name}: ${line('local')}, ${line('neighbor')}, ${line('direct|multihop')}`;
  });
}

const TWO_LINKS = `  - endpoints:
      - { node: a, interface: eth2, ipv4_address: 10.2.0.1/30 }
      - { node: b, interface: eth2, ipv4_address: 10.2.0.2/30 }
`;

const DUAL = [
  'bgp-10.1.0.2: local 10.1.0.1 as 65001, neighbor 10.1.0.2 as 65002, direct',
  'bgp-fd01::2: local fd01::1 as 65001, neighbor fd01::2 as 65002, direct',
];
const V4 = DUAL.slice(0, 1);
const LOOPBACK = ['bgp-10.0.0.2: local 10.0.0.1 as 65001, neighbor 10.0.0.2 as 65001, multihop'];

describe('a neighbor', () => {
  it.each([
    ['by name: a session for each family of the link', '[b]', '65002', '[a]', '', DUAL],
    ['by address: one session', '[10.1.0.2]', '65002', '[10.1.0.1]', '', V4],
    ['by name and address', '[{ peer: b, address: 10.1.0.2 }]', '65002', '[{ peer: a, address: 10.1.0.1 }]', '', V4],
    ['by name and the node’s own address', '[{ peer: b, source_address: 10.1.0.1 }]', '65002', '[{ peer: a, address: 10.1.0.1 }]', '', V4],
    ['by one of two links', '[{ peer: b, address: 10.1.0.2 }]', '65002', '[{ peer: a, address: 10.1.0.1 }]', TWO_LINKS, V4],
    ['by an address of lo', '[{ peer: b, address: 10.0.0.2 }]', '65001', '[{ peer: a, address: 10.0.0.1 }]', '', LOOPBACK],
    [
      'that is no node',
      '[{ peer: 192.0.2.1, asn: 7, multihop: 4 }]',
      '65002',
      '[]',
      '',
      ['bgp-192.0.2.1: local 10.0.0.1 as 65001, neighbor 192.0.2.1 as 7, multihop 4'],
    ],
  ])('%s', (_what, ofA, asnOfB, ofB, more, expected) => {
    const yaml = pair(`{ asn: 65001, neighbors: ${ofA} }`, `{ asn: ${asnOfB}, neighbors: ${ofB} }`, more);
    expect(sessionsOf(yaml, 'a')).toEqual(expected);
  });

  it('on a network', () => {
    const yaml = `
name: lan
networks: { lan: { subnet: 10.61.0.0/24 }, other: { subnet: 10.62.0.0/24 } }
defaults: { forwarding: true }
nodes:
  a: { networks: { other: {}, lan: 10.61.0.2 }, routing: { bgp: { asn: 65001, neighbors: [b] } } }
  b: { networks: { lan: 10.61.0.3 }, routing: { bgp: { asn: 65001, neighbors: [a] } } }
`;
    expect(sessionsOf(yaml, 'a')).toEqual(['bgp-10.61.0.3: local 10.61.0.2 as 65001, neighbor 10.61.0.3 as 65001, direct']);
  });

  const onHosts = (network: string, ofA: string, ofB: string, ofH1 = ''): string => `
name: span
networks: { lan: { subnet: 192.168.50.0/24 }, net: { ${network} } }
hosts:
  h1: { networks: { lan: 192.168.50.11 }${ofH1} }
  h2: { networks: { lan: 192.168.50.12 } }
defaults: { forwarding: true }
nodes:
  a: { host: h1, networks: { net: 10.61.0.2 }, routing: { bgp: { asn: 65001, neighbors: [${ofA}] } } }
  b: { host: h2, networks: { net: 10.61.0.3 }, routing: { bgp: { asn: 65001, neighbors: [${ofB}] } } }
`;

  it.each([
    'driver: vxlan, subnet: 10.61.0.0/24',
    'driver: weave, subnet: 10.61.0.0/24',
    'driver: macvlan, parent: eth0, subnet: 10.61.0.0/24',
  ])('on another host, on one wire: %s', (network) => {
    expect(sessionsOf(onHosts(network, 'b', 'a'), 'a')).toEqual([
      'bgp-10.61.0.3: local 10.61.0.2 as 65001, neighbor 10.61.0.3 as 65001, direct',
    ]);
  });

  it('on another host, behind routers: that takes an address', () => {
    const text = onHosts('driver: flannel, host_subnets: { h1: 10.244.1.0/24, h2: 10.244.2.0/24 }', 'b', 'a');
    const { problems } = daemonsOf(text.replace('10.61.0.2', '10.244.1.2').replace('10.61.0.3', '10.244.2.2'));
    expect(problems.map(({ code }) => code)).toEqual(['bgp-no-common-link', 'bgp-no-common-link']);
  });

  it.each([
    ['by name', 'subnet: 10.61.0.0/24', 'h1'],
    ['by the gateway’s address', 'subnet: 10.61.0.0/24, icc: false', '{ peer: h1, address: 10.61.0.1 }'],
    ['that has the gateway’s address as other hosts have', 'driver: vxlan, subnet: 10.61.0.0/24', 'h1'],
  ])('that is the node’s own host: %s', (_what, network, peer) => {
    const ofH1 = ', routing: { bgp: { asn: 65000, neighbors: [a], networks: [10.61.0.0/24] } }';
    const yaml = onHosts(network, peer, '', ofH1).replace(/  b: .*\n/, '');
    expect(sessionsOf(yaml, 'a')).toEqual(['bgp-10.61.0.1: local 10.61.0.2 as 65001, neighbor 10.61.0.1 as 65000, direct']);
    expect(sessionsOf(yaml, 'h1')).toEqual(['bgp-10.61.0.2: local 10.61.0.1 as 65000, neighbor 10.61.0.2 as 65001, direct']);
  });

  it('that is another node’s host is not next to it, whatever gateway both have', () => {
    const ofH1 = ', routing: { bgp: { asn: 65000, neighbors: [b] } }';
    const { problems } = daemonsOf(onHosts('driver: vxlan, subnet: 10.61.0.0/24', '', 'h1', ofH1));
    expect(problems.map(({ code }) => code)).toEqual(['bgp-no-common-link', 'bgp-no-common-link']);
  });
});

const PEER = '{ asn: 65002, neighbors: [a] }';
const OTHER = '{ asn: 65002 }';

describe('what is wrong', () => {
  it.each([
    ['bgp-one-sided', '[b]', OTHER, ''],
    ['bgp-asn-missing', '[192.0.2.1]', OTHER, ''],
    ['bgp-out-of-reach', '[{ peer: 192.0.2.1, asn: 7 }]', OTHER, ''],
    ['bgp-peer-address', '[{ peer: b, address: 10.1.0.7 }]', PEER, ''],
    ['bgp-asn-mismatch', '[{ peer: b, asn: 65009 }]', PEER, ''],
    ['bgp-client-outside', '[{ peer: b, route_reflector_client: true }]', PEER, ''],
    ['bgp-peer-address', '[{ peer: 10.1.0.1, asn: 65001 }]', PEER, ''],
    ['bgp-source-address', '[{ peer: 10.1.0.2, source_address: 10.1.0.9 }]', PEER, ''],
    ['bgp-source-address', '[{ peer: 10.1.0.2, source_address: "fd01::1" }]', PEER, ''],
    ['bgp-neighbor-twice', '[b, { peer: b, address: 10.1.0.2 }]', PEER, ''],
    ['bgp-password-mismatch', '[{ peer: b, password: one }]', '{ asn: 65002, neighbors: [{ peer: a, password: two }] }', ''],
    ['bgp-password-mismatch', '[{ peer: 10.1.0.2, password: one }]', '{ asn: 65002, neighbors: [{ peer: 10.1.0.1 }] }', ''],
    ['bgp-password-mismatch', '[{ peer: b, address: 10.1.0.2 }]', '{ asn: 65002, neighbors: [{ peer: 10.1.0.1, password: two }] }', ''],
    ['bgp-bfd-mismatch', '[{ peer: b, bfd: true }]', PEER, ''],
    ['bgp-bfd-mismatch', '[b]', '{ asn: 65002, neighbors: [{ peer: a, bfd: true }] }', ''],
    ['bgp-several-links', '[b]', '{ asn: 65002, neighbors: [{ peer: a, address: 10.1.0.1 }, { peer: a, address: "fd01::1" }] }', TWO_LINKS],
  ])('%s: neighbors %s', (code, neighbors, other, more) => {
    const { problems } = daemonsOf(pair(`{ asn: 65001, neighbors: ${neighbors} }`, other, more));
    const told = problems.filter((problem) => problem.code === code);
    expect(told.length).toBeGreaterThan(0);
    for (const { at, hint } of told) expect({ line: at?.line, hint }).toEqual({ line: expect.any(Number), hint: expect.any(String) });
  });

  it('bgp-one-sided, where the two sides talk by different links', () => {
    const yaml = pair(
      '{ asn: 1, neighbors: [{ peer: b, address: 10.1.0.2 }] }',
      '{ asn: 2, neighbors: [{ peer: a, address: 10.2.0.1 }] }',
      TWO_LINKS,
    );
    expect(daemonsOf(yaml).problems).toMatchObject([
      {
        code: 'bgp-one-sided',
        message: 'a talks from 10.1.0.1 to 10.1.0.2, and b from 10.2.0.2 to 10.2.0.1: the session would never come up',
      },
      { code: 'bgp-one-sided' },
    ]);
  });

  it.each([
    ['bgp-no-common-link', '{ bgp: { asn: 1, neighbors: [b] } }', '{ bgp: { asn: 2, neighbors: [a] } }', 2],
    ['bgp-bfd-source', '{ bgp: { asn: 1, neighbors: [{ peer: 192.0.2.1, asn: 7, multihop: 4, bfd: true }] } }', '{}', 1],
    ['router-id-twice', '{ router_id: 10.0.0.9 }', '{ router_id: 10.0.0.9 }', 1],
    ['bgp-network-unknown', '{ bgp: { asn: 1, networks: [10.9.0.0/16] } }', '{}', 1],
  ])('%s', (code, a, b, count) => {
    const yaml = `{ name: two, defaults: { forwarding: true }, nodes: { a: { routing: ${a} }, b: { routing: ${b} } } }`;
    expect(daemonsOf(yaml).problems.map((problem) => problem.code)).toEqual(Array.from({ length: count }, () => code));
  });
});

describe('on a network that keeps its nodes apart', () => {
  const lan = (a: string, b: string, gateway = ''): readonly string[] => {
    const node = (name: string, i: number, routing: string): string =>
      `  ${name}: { networks: { lan: 10.61.0.${i} }, routing: ${routing} }\n`;
    const yaml = `name: lan\nnetworks: { lan: { subnet: 10.61.0.0/24, icc: false${gateway} } }\ndefaults: { forwarding: true }\nnodes:\n${node('a', 2, a)}${node('b', 3, b)}`;
    return daemonsOf(yaml).problems.map(({ code, message }) => `${code}: ${message}`);
  };
  const bgp = (peer: string): string => `{ bgp: { asn: 65001, neighbors: [${peer}] } }`;
  const ospf = (passive = ''): string => `{ ospf: { areas: { 0: { eth0: {${passive}} } } } }`;
  const told = (one: string, other: string): string =>
    `routers-kept-apart: ${one} and ${other} could not talk by lan, which keeps its nodes apart: the session would never come up`;

  it('there is no session, but with the gateway of it', () => {
    expect(lan(bgp('b'), bgp('a'))).toEqual([told('a', 'b'), told('b', 'a')]);
    expect(lan(bgp('b'), bgp('a'), ', gateway: b')).toEqual([]);
  });

  it('OSPF finds nobody, but the gateway of it', () => {
    expect(lan(ospf(), ospf(' passive: true '))).toEqual([
      'routers-kept-apart: OSPF of a would find nobody on lan, which keeps its nodes apart',
    ]);
    expect(lan(ospf(), ospf(), ', gateway: b')).toEqual([]);
  });
});
