/** What is wrong with calico networks of a file whose parts are right by themselves. */
import { expect, test } from '@jest/globals';
import { daemonsOf } from './bird/lab.js';

const lab = (networks: string, nodes: string, hosts = 'lan: {}'): string => `
name: cal
networks:
  lan: { subnet: [192.168.50.0/24] }
  other: { subnet: 192.168.60.0/24 }
${networks}
hosts:
  h1: { networks: { ${hosts} } }
  h2: { networks: { ${hosts} } }
nodes:
${nodes}
`;
const pods = (more = ''): string => `  pods: { driver: calico, subnet: 10.244.0.0/16, underlay: lan${more} }`;
const problemsOf = (text: string): readonly string[] => daemonsOf(text).problems.map(({ code, message }) => `${code}: ${message}`);

test.each([
  [
    'written addresses of two hosts in one block',
    lab(pods(), '  a: { host: h1, networks: { pods: 10.244.0.5 } }\n  b: { host: h2, networks: { pods: 10.244.0.6 } }'),
    ['calico-block-shared: the addresses of b on h2 and of a on h1 are in one block, 10.244.0.0/26: a block is on one host'],
  ],
  [
    'a subnet smaller than a block',
    lab('  pods: { driver: calico, subnet: 10.244.0.0/27, underlay: lan }', '  a: { host: h1, networks: [pods] }'),
    ['calico-block-size: a block of /26 is larger than 10.244.0.0/27, the subnet of pods'],
  ],
  [
    'more hosts than blocks',
    lab(
      '  pods: { driver: calico, subnet: 10.244.0.0/26, underlay: lan }',
      '  a: { host: h1, networks: [pods] }\n  b: { host: h2, networks: [pods] }',
    ),
    ['subnet-exhausted: no block of 10.244.0.0/26 is left for b on pods: it has 1 of /26, and each is on one host'],
  ],
  [
    'an IPv6 subnet that the hosts cannot tell each other of',
    lab(
      "  pods: { driver: calico, subnet: [10.244.0.0/16, 'fd44::/64'], underlay: lan }",
      '  a: { host: h1, networks: [pods] }\n  b: { host: h2, networks: [pods] }',
    ),
    [
      'calico-underlay-family: pods has the IPv6 subnet fd44::/64, and its hosts have no IPv6 address on the underlay: they could not tell the others their blocks',
    ],
  ],
  [
    'two networks that would need two sessions between the same hosts',
    lab(
      `${pods()}\n  more: { driver: calico, subnet: 10.245.0.0/16, underlay: lan, bgp: { asn: 65000 } }`,
      ['a', 'b']
        .map((name, i) => `  ${name}: { host: h${i + 1}, networks: [pods] }\n  ${name}2: { host: h${i + 1}, networks: [more] }`)
        .join('\n'),
    ),
    ['calico-bgp-differs: more and pods are both on h1, which cannot talk to one host in two ways: their "bgp" or "underlay" differ'],
  ],
  [
    'a neighbor with which the network has a session already',
    lab(pods(), '  a: { host: h1, networks: [pods] }\n  b: { host: h2, networks: [pods] }')
      .replace('h1: { ', 'h1: { routing: { bgp: { asn: 64512, neighbors: [h2] } }, ')
      .replace('h2: { ', 'h2: { routing: { bgp: { asn: 64512, neighbors: [h1] } }, ')
      .replaceAll('lan: {}', 'lan: ADDRESS')
      .replace('ADDRESS', '192.168.50.11')
      .replace('ADDRESS', '192.168.50.12'),
    ['h1', 'h2'].map(
      (host, i) => `bgp-neighbor-twice: ${host} has a session with 192.168.50.${12 - i} by networks.pods: a neighbor is a second one`,
    ),
  ],
  [
    'nothing where both say the same',
    lab(
      `${pods()}\n  more: { driver: calico, subnet: 10.245.0.0/16, underlay: lan }`,
      ['a', 'b']
        .map((name, i) => `  ${name}: { host: h${i + 1}, networks: [pods] }\n  ${name}2: { host: h${i + 1}, networks: [more] }`)
        .join('\n'),
    ),
    [],
  ],
])('%s', (_name, text, problems) => {
  expect(problemsOf(text)).toEqual(problems);
});

test('two networks of one host share its sessions, and each block is told', () => {
  const { configs } = daemonsOf(
    lab(
      `${pods()}\n  more: { driver: calico, subnet: 10.245.0.0/16, underlay: lan }`,
      '  a: { host: h1, networks: { pods: 10.244.0.5 } }\n  b: { host: h1, networks: { more: 10.245.0.5 } }\n  c: { host: h2, networks: { pods: 10.244.0.65 } }\n  d: { host: h2, networks: { more: 10.245.0.65 } }',
    ),
  );
  expect(configs['h1']?.match(/protocol bgp/g)).toHaveLength(1);
  for (const block of ['10.244.0.0/26', '10.245.0.0/26']) expect(configs['h1']).toContain(`if net = ${block} then accept;`);
});
