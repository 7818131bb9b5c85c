/** Servers for nodes of several networks: which there are, what they know, whom they are for. */
import { describe, expect, it } from '@jest/globals';
import type { NftTable } from '../../src/model/operation.js';
import type { InterfaceSettings, Topology } from '../../src/model/topology.js';
import { AT, attachment, ids, network, node, resource, resources, topology } from './topologies.js';

const A = network('a', { subnets: ['10.1.0.0/24', 'fd01::/64'], dns: 'server' });
const B = network('b', { subnets: ['10.2.0.0/24'], dns: 'server' });
const INNER = network('inner', { subnets: ['10.3.0.0/24'], dns: 'server', internal: true });
const DEEP = network('deep', { subnets: ['10.4.0.0/24'], dns: 'server', internal: true });
const FILES = network('files', { subnets: ['10.5.0.0/24'] });
const ALL = [A, B, INNER, DEEP, FILES];

const at = (name: string, ipv4Address: string, aliases: readonly string[] = []): ReturnType<typeof attachment> =>
  attachment(name, { ipv4Address, aliases });

const views = (of: Topology): readonly string[] =>
  ids(of, 'process')
    .map((id) => id.replace('process:@lab/dns-', ''))
    .filter((name) => !ALL.some((one) => one.name === name));
const commandOf = (of: Topology, name: string): readonly string[] =>
  resource(of, `process:@lab/dns-${name}`).props['command'] as readonly string[];
const portOf = (of: Topology, name: string): string | undefined => commandOf(of, name).find((word) => word.startsWith('--port='));
const linesOf = (of: Topology, set: string, file: string): readonly string[] =>
  (resource(of, `names:host/${set}`).props[file] as { lines: readonly string[] }).lines;
const tableOf = (of: Topology): NftTable =>
  (resources(of).find(({ kind }) => kind === 'nftables')?.definition as { readonly table: NftTable }).table;
/** `10.1.0.4 dns-a.b` */
const askers = (of: Topology): readonly string[] =>
  (tableOf(of).maps ?? []).flatMap((map) => ('family' in map ? map.elements.map(({ address, chain = '' }) => `${address} ${chain}`) : []));

describe('a view', () => {
  it.each<[string, readonly (readonly string[])[], readonly string[]]>([
    ['nodes of one network', [['a'], ['b']], []],
    ['nodes of a network with a server and one without', [['a', 'files']], []],
    [
      'nodes of the same networks: one',
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
      ['a+b'],
    ],
    [
      'each order',
      [
        ['a', 'b'],
        ['b', 'a'],
      ],
      ['a+b', 'b+a'],
    ],
    [
      'networks with a server alone',
      [
        ['a', 'files', 'b'],
        ['a', 'b'],
      ],
      ['a+b'],
    ],
    ['three networks', [['a', 'b', 'inner']], ['a+b+inner']],
  ])('is made for %s', (_what, networks, names) => {
    expect(
      views(
        topology(
          ALL,
          networks.map((one, i) => node(`n${i}`, { networks: one })),
        ),
      ),
    ).toEqual(names);
  });

  it('knows the names of its networks, and what they mean on the first', () => {
    const of = topology(
      [A, B],
      [
        node('x', { networks: [at('a', '10.1.0.5', ['both']), at('b', '10.2.0.5')] }),
        node('y', { networks: [at('b', '10.2.0.6', ['both'])] }),
      ],
    );
    expect(linesOf(of, 'a+b.dns', 'hosts')).toEqual([
      '10.1.0.5 x both x.a both.a',
      expect.stringMatching(/^fd01::\S+ x both x\.a both\.a$/),
      '10.2.0.5 x.b',
      '10.2.0.6 y y.b both.b',
    ]);
    expect(linesOf(of, 'a+b.dns', 'local')).toEqual(
      ['x', 'both', 'x.a', 'both.a', 'x.b', 'y', 'y.b', 'both.b'].map((name) => `server=/${name}/`),
    );
  });

  it.each([
    [['a', 'inner'], '--resolv-file=/etc/resolv.conf'],
    [['inner', 'deep'], '--no-resolv'],
  ])('of %j has %s', (networks, option) => {
    expect(commandOf(topology(ALL, [node('x', { networks })]), networks.join('+'))).toContain(option);
  });

  it('has a port that stays when others come and go, and none has that of another', () => {
    const nodes = ALL.slice(0, 4).flatMap((one) =>
      ALL.slice(0, 4).flatMap((other) => (one === other ? [] : [node(`${one.name}-${other.name}`, { networks: [one.name, other.name] })])),
    );
    const of = topology(ALL, nodes);
    const ports = views(of).map((name) => portOf(of, name));
    expect(new Set(ports).size).toBe(12);
    expect(ports).not.toContain(undefined);
    for (const one of nodes) {
      const alone = topology(ALL, [one]);
      expect(portOf(alone, views(alone)[0]!)).toBe(portOf(of, views(alone)[0]!));
    }
    const reversed = topology(ALL, [...nodes].reverse());
    expect(views(of).map((name) => portOf(reversed, name))).toEqual(ports);
  });

  it('has a name that a file system takes, however many networks there are', () => {
    const networks = Array.from({ length: 40 }, (_, i) => network(`network-with-a-long-name-${i}`, { dns: 'server' }));
    const names = networks.map(({ name }) => name);
    const of = topology(networks, [node('x', { networks: names }), node('y', { networks: [...names].reverse() })]);
    const own = ids(of, 'names').filter((id) => id.endsWith('.dns') && !names.some((name) => id === `names:host/${name}.dns`));
    expect(own).toHaveLength(2);
    expect(Math.max(...own.map((id) => id.length))).toBeLessThan(150);
  });
});

describe('who asks it', () => {
  const settings = (...cidrs: readonly string[]): readonly InterfaceSettings[] => [
    { name: 'eth0', at: AT, addresses: cidrs.map((cidr) => ({ cidr, at: AT })) },
  ];

  it('is known by the addresses on its networks, and not by those of others', () => {
    const of = topology(
      [A, B, FILES],
      [
        node('x', {
          networks: [at('files', '10.5.0.5'), attachment('a', { ipv4Address: '10.1.0.5', ipv6Address: 'fd01::5' }), at('b', '10.2.0.5')],
        }),
        node('y', { networks: [at('a', '10.1.0.6')] }),
      ],
    );
    expect(askers(of)).toEqual(['10.1.0.5 dns-a.b', '10.2.0.5 dns-a.b', 'fd01::5 dns-a.b']);
  });

  it('may have more addresses, but none that others have too', () => {
    const pair = [at('a', '10.1.0.5'), at('b', '10.2.0.5')];
    const of = topology(
      [{ ...A, subnets: [A.subnets[0]!] }, B],
      [
        node('x', { networks: pair, interfaces: settings('10.1.0.50/24', '10.1.0.99/24') }),
        node('y', { networks: [at('a', '10.1.0.6')], interfaces: settings('10.1.0.99/24') }),
      ],
    );
    expect(askers(of)).toEqual(['10.1.0.5 dns-a.b', '10.1.0.50 dns-a.b', '10.2.0.5 dns-a.b']);
  });
});

it('without one there are no rules for it, and the other servers are what they are', () => {
  const alone = topology([A, B], [node('x', { networks: ['a'] })]);
  const both = topology([A, B], [node('x', { networks: ['a'] }), node('y', { networks: ['a', 'b'] })]);
  expect(JSON.stringify(tableOf(alone))).not.toContain('dns-4');
  expect(JSON.stringify(tableOf(both))).toContain('dns-4');
  expect(commandOf(both, 'a')).toEqual(commandOf(alone, 'a'));
});
