/** What keeps two routers from becoming neighbours of OSPF is an error of the file. */
import { describe, expect, it } from '@jest/globals';
import { daemonsOf } from './lab.js';

function problemsOf(...areas: readonly string[]): readonly string[] {
  const nodes = areas.map(
    (area, i) =>
      `  r${i + 1}: { networks: { lan: 10.61.0.${i + 2} }, routing: { router_id: 10.0.0.${i + 1}, ospf: { areas: { ${area} } } } }\n`,
  );
  const yaml = `name: lan\nnetworks: { lan: { subnet: 10.61.0.0/24 } }\ndefaults: { forwarding: true }\nnodes:\n${nodes.join('')}`;
  return daemonsOf(yaml).problems.map(({ code, message, at, related }) => `${code} ${at?.line} ${related?.[0]?.at?.line}: ${message}`);
}

const strangers = (line: number, one: string, other: string, why: string): string =>
  `ospf-mismatch ${line} ${other === 'r1' ? 5 : 6}: ${one} on eth0 and ${other} on eth0 would never be neighbours of OSPF: ${why}`;

describe('routers on one network', () => {
  it.each([
    ['with the same', ['0: { eth0: { hello: 1, dead: 4 } }', '0: { eth0: { hello: 1, dead: 4, cost: 7 } }'], []],
    ['in two areas', ['0: [eth0]', '1: [eth0]'], [strangers(6, 'r2', 'r1', 'area 0.0.0.1 and 0.0.0.0')]],
    ['with other times', ['0: { eth0: { hello: 5 } }', '0: [eth0]'], [strangers(6, 'r2', 'r1', 'hello 10 and 5, dead 40 and 20')]],
    [
      'of other types',
      ['0: [eth0]', '0: { eth0: { type: point-to-point } }'],
      [strangers(6, 'r2', 'r1', 'type point-to-point and broadcast')],
    ],
    ['of which one differs', ['0: { eth0: { dead: 30 } }', '0: [eth0]', '0: [eth0]'], [strangers(5, 'r1', 'r2', 'dead 30 and 40')]],
    ['of which one says nothing', ['0: { eth0: { dead: 30, passive: true } }', '0: [eth0]'], []],
    ['in two areas of two each', ['0: [eth0]', '0: [eth0]', '1: [eth0]', '1: [eth0]'], []],
    ['of which there is one', ['0: [eth0]'], []],
    [
      'of which one alone has bfd',
      ['0: [eth0]', '0: { eth0: { bfd: true } }'],
      ['ospf-bfd-mismatch 6 5: r2 has bfd on eth0, and none of its neighbours there (r1): it would do nothing, for nobody answers'],
    ],
    ['of which two have bfd, and one has not', ['0: { eth0: { bfd: true } }', '0: { eth0: { bfd: true } }', '0: [eth0]'], []],
  ] as const)('%s', (_what, areas, expected) => {
    expect(problemsOf(...areas)).toEqual(expected);
  });
});

it('the two ends of a link are looked at too, with their own names of it', () => {
  const node = (id: number, area: string): string => `{ routing: { router_id: 10.0.0.${id}, ospf: { areas: { ${area} } } } }`;
  const { problems } = daemonsOf(`
name: two
defaults: { forwarding: true }
nodes: { a: ${node(1, '0: [east]')}, b: ${node(2, '0: { west: { hello: 1, dead: 4 } }')} }
links:
  - endpoints:
      - { node: a, interface: east, ipv6_address: 'fd01::1/64' }
      - { node: b, interface: west, ipv6_address: 'fd01::2/64' }
`);
  expect(problems.map(({ message }) => message)).toEqual([
    'b on west and a on east would never be neighbours of OSPF: hello 1 and 10, dead 4 and 40',
  ]);
});

describe('routers of one network on two hosts', () => {
  it.each([
    [
      'vxlan',
      '[eth0]',
      ['ospf-unheard 9: OSPF of b and of a would not hear each other on net: driver vxlan carries no multicast between hosts'],
    ],
    ['vxlan', '{ eth0: { passive: true } }', []],
    ['weave', '[eth0]', []],
    [
      'flannel',
      '[eth0]',
      ['ospf-unheard 9: OSPF of b and of a would not hear each other on net: driver flannel carries no multicast between hosts'],
    ],
  ])('%s, %s', (driver, on, expected) => {
    const { problems } = daemonsOf(`
name: span
networks: { lan: { subnet: 192.168.50.0/24 }, net: { driver: ${driver} } }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
nodes:
  a: { host: h1, forwarding: true, networks: [net], routing: { ospf: { areas: { 0: ${on} } } } }
  b: { host: h2, forwarding: true, networks: [net], routing: { ospf: { areas: { 0: ${on} } } } }
  c: { host: h1, forwarding: true, networks: [net], routing: { ospf: { areas: { 0: [eth0] } } } }
`);
    expect(problems.map(({ code, at, message }) => `${code} ${at?.line}: ${message}`)).toEqual(expected);
  });
});
