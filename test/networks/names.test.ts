import { describe, expect, it } from '@jest/globals';
import type { Node, Topology } from '../../src/model/topology.js';
import { AT, attachment, ids, network, node, resource, topology } from './topologies.js';

const A = network('a', { subnets: ['10.1.0.0/24'] });
const B = network('b', { subnets: ['10.2.0.0/24', 'fd02::/64'] });
const INNER = network('inner', { subnets: ['10.3.0.0/24'], internal: true });
const QUIET = network('quiet', { subnets: ['10.4.0.0/24'], dns: 'none' });
const SERVED = network('served', { subnets: ['10.5.0.0/24'], dns: 'server' });
const INNER_SERVED = network('inner-served', { subnets: ['10.6.0.0/24'], dns: 'server', internal: true });

const at4 = (name: string, ipv4Address: string, aliases: readonly string[] = []): ReturnType<typeof attachment> =>
  attachment(name, { ipv4Address, aliases });

const setOf = (of: Topology, name: string): unknown => resource(of, `netns:shop.${name}`).props['names'];
const linesOf = (of: Topology, set: string, file: string): readonly string[] =>
  (resource(of, `names:host/${set}`).props[file] as { lines: readonly string[] }).lines;
/** Without the lines of localhost. */
const hosts = (of: Topology, set: string): readonly string[] => linesOf(of, set, 'hosts').slice(6);

describe('sets', () => {
  it('are shared by nodes on the same networks in the same order', () => {
    const of = topology(
      [A, B],
      [node('x', { networks: ['a', 'b'] }), node('y', { networks: ['a', 'b'] }), node('z', { networks: ['b', 'a'] })],
    );
    expect(['x', 'y', 'z'].map((name) => setOf(of, name))).toEqual(['a+b', 'a+b', 'b+a']);
    expect(ids(of, 'names')).toEqual(['names:host/a+b', 'names:host/b+a']);
  });

  it.each<[string, Partial<Node>]>([
    ['hostname', { hostname: 'h' }],
    ['extra hosts', { extraHosts: [{ name: 'p', address: '192.0.2.1', at: AT }] }],
    ['servers', { dns: ['192.0.2.1'] }],
    ['search domains', { dnsSearch: [] }],
  ])('are not shared with a node that has its own %s, but with one that has the same', (_what, { networks: _, ...own }) => {
    const nodes = [node('x', { networks: ['a'] }), node('y', { networks: ['a'], ...own }), node('z', { networks: ['a'], ...own })];
    const of = topology([A], nodes);
    expect(setOf(of, 'x')).toBe('a');
    expect(setOf(of, 'y')).toMatch(/^a\.[0-9a-f]{8}$/);
    expect(setOf(of, 'z')).toBe(setOf(of, 'y'));
  });

  it('are not made for nodes without networks, or on networks without names', () => {
    const of = topology([QUIET], [node('x'), node('y', { networks: ['quiet'] })]);
    expect([setOf(of, 'x'), setOf(of, 'y')]).toEqual(['', '']);
    expect(ids(of, 'names')).toEqual([]);
  });

  it('have names that a file system takes, however many networks there are', () => {
    const networks = Array.from({ length: 40 }, (_, i) => network(`network-with-a-long-name-${i}`));
    const names = networks.map(({ name }) => name);
    const of = topology(networks, [node('x', { networks: names }), node('y', { networks: [...names].reverse() })]);
    expect(String(setOf(of, 'x')).length).toBeLessThan(256);
    expect(setOf(of, 'x')).not.toBe(setOf(of, 'y'));
  });
});

describe('a hosts file', () => {
  it('has names, aliases and host names, alone and with the network behind them', () => {
    const x = node('x', { networks: [at4('a', '10.1.0.5', ['web'])] });
    const y = node('y', { networks: [at4('a', '10.1.0.6', ['web', 'api'])], hostname: 'y.example.com' });
    expect(hosts(topology([A], [x, y]), 'a')).toEqual([
      '10.1.0.5 x web x.a web.a',
      '10.1.0.6 y web api y.example.com y.a web.a api.a y.example.com.a',
    ]);
  });

  it('does not depend on the order of the nodes', () => {
    const nodes = ['x', 'y', 'z'].map((name, i) => node(name, { networks: [at4('a', `10.1.0.${9 - i}`)] }));
    expect(hosts(topology([A], [...nodes].reverse()), 'a')).toEqual(hosts(topology([A], nodes), 'a'));
  });

  it('gives a name that two networks know the address on the first, in each family', () => {
    const x = node('x', { networks: [at4('a', '10.1.0.5'), attachment('b', { ipv4Address: '10.2.0.5', ipv6Address: 'fd02::5' })] });
    expect(hosts(topology([A, B], [x]), 'a+b')).toEqual(['10.1.0.5 x x.a', '10.2.0.5 x.b', 'fd02::5 x x.b']);
  });

  it('has nothing of networks without names', () => {
    const x = node('x', { networks: [at4('quiet', '10.4.0.5'), at4('a', '10.1.0.5')] });
    expect(hosts(topology([A, QUIET], [x]), 'quiet+a')).toEqual(['10.1.0.5 x x.a']);
  });
});

const HOST = "# the host's resolvers";
const ALONE = "# the host's resolvers, without its search domains";
const SEARCH = "# the host's search domains";

describe('a resolv.conf', () => {
  it.each<[string, readonly string[], Partial<Node>, readonly string[]]>([
    ['a way out', ['a'], {}, [HOST]],
    ['no way out', ['inner'], {}, []],
    ['a way out by its second network', ['inner', 'a'], {}, [HOST]],
    ['a server', ['served'], {}, ['nameserver 10.5.0.1', SEARCH]],
    ['a server and no way out', ['inner-served'], {}, ['nameserver 10.6.0.1']],
    ['two servers: that one first that leads out', ['inner-served', 'served'], {}, ['nameserver 10.5.0.1', 'nameserver 10.6.0.1', SEARCH]],
    ['a server that does not lead out, and a way out', ['inner-served', 'a'], {}, ['nameserver 10.6.0.1', HOST]],
    ['servers of its own', ['a'], { dns: ['192.0.2.1', '192.0.2.2'] }, ['nameserver 192.0.2.1', 'nameserver 192.0.2.2', SEARCH]],
    ['servers of its own and no way out', ['inner'], { dns: ['10.3.0.9'] }, ['nameserver 10.3.0.9']],
    ['search domains', ['a'], { dnsSearch: ['x.org', 'y.org'] }, ['search x.org y.org', ALONE]],
    ['no search domains', ['a'], { dnsSearch: [] }, [ALONE]],
    ['both', ['served'], { dns: ['192.0.2.1'], dnsSearch: ['x.org'] }, ['nameserver 192.0.2.1', 'search x.org']],
  ])('of a node with %s', (_what, networks, { networks: _, ...own }, lines) => {
    const of = topology([A, INNER, SERVED, INNER_SERVED], [node('x', { networks, ...own })]);
    expect(linesOf(of, String(setOf(of, 'x')), 'resolv.conf')).toEqual(lines);
  });
});

it('host-gateway is the host on the network of the default route, otherwise on the first that has it', () => {
  const extraHosts = [{ name: 'backend', address: 'host-gateway', at: AT }];
  const lines = (...networks: readonly (string | ReturnType<typeof attachment>)[]): readonly string[] => {
    const of = topology([A, B, INNER], [node('x', { networks, extraHosts })]);
    return linesOf(of, String(setOf(of, 'x')), 'hosts').filter((line) => line.endsWith(' backend'));
  };
  expect(lines('a', attachment('b', { gwPriority: 1 }))).toEqual(['10.2.0.1 backend', 'fd02::1 backend']);
  expect(lines('inner', 'a')).toEqual(['10.1.0.1 backend']);
  expect(lines('inner')).toEqual(['10.3.0.1 backend']);
});

describe('a DNS server', () => {
  const of = topology([SERVED, INNER_SERVED], [node('x', { networks: [at4('served', '10.5.0.5', ['web']), 'inner-served'] })]);
  const command = (name: string): string => (resource(of, `process:@lab/dns-${name}`).props['command'] as readonly string[]).join(' ');

  it('is one for each network, with its names alone', () => {
    expect(ids(of, 'process')).toEqual([
      'process:@lab/dns-served',
      'process:@lab/dns-inner-served',
      'process:@lab/dns-served+inner-served',
    ]);
    expect(linesOf(of, 'served.dns', 'hosts')).toEqual(['10.5.0.5 x web x.served web.served']);
    expect(linesOf(of, 'served.dns', 'local')).toEqual(['server=/x/', 'server=/web/', 'server=/x.served/', 'server=/web.served/']);
  });

  it('asks others only where the network leads out', () => {
    expect(command('served')).toContain('--resolv-file=/etc/resolv.conf');
    expect(command('inner-served')).toContain('--no-resolv');
  });

  it('is the same process with other names', () => {
    const renamed = topology([SERVED], [node('y', { networks: [at4('served', '10.5.0.5')] })]);
    const { rereads, ...props } = resource(renamed, 'process:@lab/dns-served').props;
    const { rereads: before, ...rest } = resource(of, 'process:@lab/dns-served').props;
    expect(props).toEqual(rest);
    expect(rereads).not.toEqual(before);
  });
});
