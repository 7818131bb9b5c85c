import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { showOf } from '../../src/report/show.js';
import { showText, showYaml } from '../../src/report/show-text.js';
import { desired, nothing, observed, SHOP } from './states.js';

const shop = observed(desired(SHOP));

describe('what the kernel has of a node', () => {
  it('is told in the words of the language', () => {
    expect(showOf(shop, 'web')).toEqual({
      ...{ format: 'topo-show/1', lab: 'shop' },
      nodes: {
        web: {
          netns: 'shop.web',
          interfaces: {
            eth0: {
              ...{ mac_address: '02:00:00:00:00:10', mtu: 1500, state: 'up', network: 'front' },
              ...{ peer: expect.stringMatching(/^host:vt/), addresses: ['172.28.0.10/24'] },
            },
            lo: { mtu: 65536, state: 'up', addresses: ['10.0.0.1/32'] },
          },
          routes: expect.arrayContaining([
            { to: '10.8.0.0/16', type: 'blackhole' },
            { to: 'default', via: '172.28.0.1', dev: 'eth0' },
          ]),
          rules: [{ priority: 1000, table: 100, from: '10.0.0.0/8' }],
          names: 'front',
          neighbours: [{ address: '172.28.0.9', dev: 'eth0', mac_address: '02:00:00:00:00:09' }],
          sysctls: expect.objectContaining({ 'net.ipv4.tcp_syncookies': '0' }),
        },
      },
      names: { front: { hosts: { web: ['172.28.0.10'], 'web.front': ['172.28.0.10'] }, servers: [], host_servers: true } },
    });
  });

  it('has the host’s part of the lab beside the nodes', () => {
    const { host } = showOf(shop)!.nodes;
    expect(host).toMatchObject({ netns: 'host', nftables: { topo_shop: { chains: expect.any(Object) } } });
    expect(Object.values(host!['interfaces'] as object)).toContainEqual(
      expect.objectContaining({ type: 'bridge', network: 'front', addresses: ['172.28.0.1/24'] }),
    );
  });

  it('is null for a node that is not there', () => {
    expect(showOf(shop, 'db')).toBeNull();
    expect(showOf(nothing('shop'))).toEqual({ format: 'topo-show/1', lab: 'shop', nodes: {} });
  });

  it('is YAML that says the same', async () => {
    const document = showOf(shop)!;
    expect(parse(await showYaml(document))).toEqual(document);
  });

  it('is text with a line for each thing', () => {
    const lines = showText(showOf(shop, 'web')!, { color: false }).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'web (netns shop.web)',
        '    lo    mtu 65536, state up, addresses 10.0.0.1/32',
        '    to default via 172.28.0.1 dev eth0',
        '    priority 1000 table 100 from 10.0.0.0/8',
        '    net.ipv4.tcp_syncookies       0',
      ]),
    );
  });

  it('says so where there is nothing', () => {
    expect(showText(showOf(nothing('shop'))!, { color: false })).toBe('Nothing of this lab is in the kernel.\n');
  });
});

describe('what nodes resolve', () => {
  const lab = observed(
    desired(`
name: lab
networks:
  front: { subnet: [10.61.0.0/24, 'fd61::/64'], dns: server }
  back: { subnet: 10.62.0.0/24, internal: true }
nodes:
  web: { networks: { front: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2', aliases: [www] } } }
  both: { networks: { front: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' }, back: 10.62.0.3 }, dns_search: [example.com], hostname: b }
  db: { networks: { back: 10.62.0.2 } }
  alone: {}
`),
  );
  const { nodes, names } = showOf(lab)!;

  it('is told once for all nodes that resolve the same, by hosts file and by server', () => {
    expect(nodes['web']).toMatchObject({ names: 'front' });
    expect(nodes['alone']).not.toHaveProperty('names');
    const web = ['10.61.0.2', 'fd61::2'];
    const both = ['10.61.0.3', 'fd61::3'];
    const front = { both, b: both, 'both.front': both, 'b.front': both, web, www: web, 'web.front': web, 'www.front': web };
    expect(names!['front']).toEqual({
      hosts: front,
      servers: [{ address: '10.61.0.1', state: 'running', names: front, asks_host_servers: true }],
    });
    expect(names!['back']).toEqual({ hosts: expect.objectContaining({ db: ['10.62.0.2'], 'both.back': ['10.62.0.3'] }), servers: [] });
    const own = names![String(nodes['both']!['names'])];
    expect(own).toMatchObject({ search: ['example.com'], hostname: 'b' });
    expect(own!.hosts).toMatchObject({ both, db: ['10.62.0.2'], 'both.back': ['10.62.0.3'] });
  });

  it('is told of one node alone where one is asked for', () => {
    expect(Object.keys(showOf(lab, 'db')!.names!)).toEqual(['back']);
    expect(showOf(lab, 'alone')).not.toHaveProperty('names');
  });

  it('is text with a line for each name', () => {
    expect(showText(showOf(lab, 'db')!, { color: false })).toContain('\nnames back\n  by the hosts file:\n    both       10.62.0.3\n');
    const text = showText(showOf(lab, 'web')!, { color: false });
    expect(text).toContain('\n  names: front\n');
    expect(text).toContain('\n  by the server 10.61.0.1:\n');
    expect(text.trimEnd().split('\n').at(-1)).toBe("    all others, of the host's servers");
  });
});
