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
          neighbours: [{ address: '172.28.0.9', dev: 'eth0', mac_address: '02:00:00:00:00:09' }],
          sysctls: expect.objectContaining({ 'net.ipv4.tcp_syncookies': '0' }),
        },
      },
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
