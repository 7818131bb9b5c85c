import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { tableText } from '../../src/model/nft-text.js';
import type { NftTable } from '../../src/model/operation.js';
import type { PublishedPort, Topology } from '../../src/model/topology.js';
import { AT, attachment, network, node, resources, topology } from './topologies.js';

function port(hostPort: number, nodePort: number, given: Partial<PublishedPort> = {}): PublishedPort {
  return { at: AT, hostPort, nodePort, count: 1, protocol: 'tcp', ...given };
}

const front = network('front', { subnets: ['10.61.0.0/24'], bridgeName: 'br-front' });
const back = network('back', { subnets: ['10.62.0.0/24', 'fd62::/64'], bridgeName: 'br-back' });
const web = node('web', { networks: [attachment('front', { ipv4Address: '10.61.0.2' })], ports: [port(8080, 80)] });
const db = node('db', { networks: [attachment('back', { ipv4Address: '10.62.0.2', ipv6Address: 'fd62::2' })] });

function rules(of: Topology): string | null {
  const table = resources(of).find(({ kind }) => kind === 'nftables');
  return table === undefined ? null : tableText((table.definition as { table: NftTable }).table);
}

/** Files of what `nft -f` takes; `UPDATE_GOLDEN=1` writes them again. */
function golden(name: string): (of: Topology) => void {
  return (of) => {
    const file = join(import.meta.dirname, 'golden', `${name}.nft`);
    const text = rules(of) ?? '';
    if (process.env['UPDATE_GOLDEN'] !== undefined || !existsSync(file)) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  };
}

describe('the rules of', () => {
  test.each([
    ['one-network', topology([front], [])],
    ['published', topology([front], [web])],
    ['dual-stack', topology([back], [{ ...db, ports: [port(8080, 80)] }])],
    ['internal', topology([front, { ...back, internal: true }], [])],
    ['open', topology([{ ...front, isolated: false, masquerade: false }, back], [web])],
    [
      'antispoof',
      topology(
        [
          { ...front, antispoof: true },
          { ...back, antispoof: true },
        ],
        [],
      ),
    ],
    [
      'dns-views',
      topology(
        [
          { ...front, dns: 'server' },
          { ...back, dns: 'server' },
        ],
        [
          db,
          node('proxy', {
            networks: [
              attachment('front', { ipv4Address: '10.61.0.9' }),
              attachment('back', { ipv4Address: '10.62.0.9', ipv6Address: 'fd62::9' }),
            ],
          }),
        ],
      ),
    ],
    ['snat', topology([{ ...back, masquerade: '10.99.0.2' }], [])],
    [
      'ports',
      topology(
        [front, back],
        [
          { ...web, ports: [port(9000, 9000, { count: 3 }), port(9100, 80, { count: 2 }), port(53, 53, { protocol: 'udp' })] },
          {
            ...db,
            ports: [
              port(8090, 80, { hostAddress: '127.0.0.1' }),
              port(8091, 80, { hostAddress: '10.99.0.2' }),
              port(8092, 80, { hostAddress: 'fd99::2' }),
            ],
          },
        ],
      ),
    ],
  ])('%s', (name, of) => golden(name)(of));
});

describe('the table', () => {
  test.each([
    ['no network', topology([], [])],
    [
      'a network whose gateway is a node',
      topology([{ ...front, gateway: { kind: 'node', node: 'web', at: AT } }], [{ ...web, ports: [] }]),
    ],
    ['an external network', topology([{ ...front, external: true }], [{ ...web, ports: [] }])],
    ['a network that asks for no rule', topology([{ ...front, isolated: false, masquerade: false }], [])],
  ])('is not there for %s', (_what, of) => expect(rules(of)).toBeNull());

  test('stays the same when nodes without ports come and go', () => {
    expect(rules(topology([front, back], [db, web, node('other', { networks: ['front', 'back'] })]))).toBe(
      rules(topology([front, back], [web])),
    );
  });

  test('stays the same when networks and nodes are written in another order', () => {
    const ported = { ...db, ports: [port(81, 81)] };
    expect(rules(topology([back, front], [ported, web]))).toBe(rules(topology([front, back], [web, ported])));
  });

  test('names what asks for each rule', () => {
    expect(rules(topology([front], [web]))).toContain('tcp dport 8080 dnat ip to 10.61.0.2:80 comment "nodes.web.ports[0]"');
  });

  test('takes names that are words of the nft language', () => {
    expect(rules(topology([network('fwd'), network('return')], []))).toContain('chain to-fwd {');
  });
});

describe('a published port leads', () => {
  const target = (networks: Parameters<typeof node>[1], port_: PublishedPort = port(8080, 80)): readonly string[] => {
    const inside = network('inside', { subnets: ['10.63.0.0/24'], internal: true });
    const routed = network('routed', { subnets: ['10.64.0.0/24'], gateway: { kind: 'node', node: 'r', at: AT } });
    const r = node('r', { networks: [attachment('routed', { ipv4Address: '10.64.0.9' })] });
    const text = rules(topology([front, back, inside, routed], [node('a', { ...networks, ports: [port_] }), r])) ?? '';
    return [...text.matchAll(/dnat ip6? to (\S+)/g)].map((match) => match[1]!);
  };
  const on = (name: string, address: string, gwPriority = 0): ReturnType<typeof attachment> =>
    attachment(name, { ipv4Address: address, gwPriority });

  test.each([
    ['to the first network', [on('front', '10.61.0.5'), on('inside', '10.63.0.5')], ['10.61.0.5:80']],
    ['past an internal network', [on('inside', '10.63.0.5'), on('front', '10.61.0.5')], ['10.61.0.5:80']],
    [
      'to the network of the default route',
      [on('front', '10.61.0.5'), { ...on('back', '10.62.0.5', 1), ipv6Address: 'fd62::5' }],
      ['10.62.0.5:80', '[fd62::5]:80'],
    ],
    ['past a network that the host does not forward to', [on('routed', '10.64.0.5'), on('front', '10.61.0.5')], ['10.61.0.5:80']],
    [
      'to each family where it is',
      [on('front', '10.61.0.5'), { ...on('back', '10.62.0.5'), ipv6Address: 'fd62::5' }],
      ['10.61.0.5:80', '[fd62::5]:80'],
    ],
  ])('%s', (_what, networks, expected) => expect(target({ networks })).toEqual(expected));

  test.each([
    ['0.0.0.0', ['10.62.0.5:80']],
    ['::', ['[fd62::5]:80']],
    ['fd99::2', ['[fd62::5]:80']],
  ])('from %s of the host, in that family alone', (hostAddress, expected) => {
    const networks = [{ ...on('back', '10.62.0.5'), ipv6Address: 'fd62::5' }];
    expect(target({ networks }, port(8080, 80, { hostAddress }))).toEqual(expected);
  });
});
