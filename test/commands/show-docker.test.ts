/** `topo show --docker`, beside what the kernel says of the same objects. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DockerDocument } from '../../src/report/docker.js';
import { World } from '../system/world.js';

const LAB = `
name: shop
networks:
  front: { subnet: [10.61.0.0/24, 'fd61::/64'] }
  back: { subnet: 10.62.0.0/24, gateway: router, bridge_name: back0 }
  theirs: { external: true, bridge_name: foreign0, subnet: 10.63.0.0/24 }
nodes:
  web: { networks: { front: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' }, theirs: 10.63.0.2 } }
  router: { networks: { front: 10.61.0.3, back: 10.62.0.1 }, forwarding: true }
  db: { networks: { back: 10.62.0.2 }, netns: database }
  idle: {}
links:
  - endpoints: ['web:eth5', 'db:eth5']
  - endpoints: ['web:eth6', 'host:cable0']
`;

let world: World;
let all: DockerDocument;
beforeAll(async () => {
  world = await World.create();
  world.must('ip link add foreign0 type bridge && ip link set foreign0 up');
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  all = shown();
});
afterAll(() => world.dispose());

const shown = (...args: readonly string[]): DockerDocument =>
  JSON.parse(world.mustTopo('show', '--docker', '--json', ...args)) as DockerDocument;

interface Link {
  readonly ifname: string;
  readonly ifindex: number;
  readonly link_index?: number;
  readonly address: string;
}

/** The interfaces of a namespace as `ip` tells them. */
function links(netns: string): readonly Link[] {
  return JSON.parse(world.must(`ip ${netns === 'host' ? '' : `-n ${netns}`} -j link`)) as readonly Link[];
}

const netnsOf = (node: string): string => ({ host: 'host', db: 'database' })[node] ?? `shop.${node}`;

describe('topo show --docker', () => {
  it('has every network with its bridge, subnets, gateways and endpoints', () => {
    const front = all.networks.find(({ name }) => name === 'front')!;
    expect(all.networks).toEqual(
      [
        {
          ...{ name: 'front', driver: 'bridge', bridge: expect.stringMatching(/^br-[0-9a-f]{8}$/), subnets: ['10.61.0.0/24', 'fd61::/64'] },
          ...{ gateways: ['10.61.0.1', 'fd61::1'], endpoints: ['router:eth0', 'web:eth0'] },
        },
        {
          ...{ name: 'back', driver: 'bridge', bridge: 'back0', subnets: ['10.62.0.0/24'] },
          ...{ gateways: ['10.62.0.1'], endpoints: ['db:eth0', 'router:eth1'] },
        },
        {
          ...{ name: 'foreign0', driver: 'bridge', bridge: 'foreign0', subnets: ['10.63.0.0/24'] },
          ...{ gateways: [], endpoints: ['web:eth1'] },
        },
      ].map((network) => ({ ...network, endpoints: expect.arrayContaining(network.endpoints) })),
    );
    expect(world.must(`ip -d link show ${front.bridge}`)).toContain('bridge forward_delay');
  });

  it('knows of every interface of a node which interface of the host, or of which node, is its peer', () => {
    const peers = Object.fromEntries(all.endpoints.map(({ endpoint, peer }) => [endpoint, `${peer!.node}:${peer!.interface}`]));
    expect(peers).toEqual({
      'host:cable0': 'web:eth6',
      'web:eth0': expect.stringMatching(/^host:vt/),
      'web:eth1': expect.stringMatching(/^host:vt/),
      'web:eth5': 'db:eth5',
      'web:eth6': 'host:cable0',
      'router:eth0': expect.stringMatching(/^host:vt/),
      'router:eth1': expect.stringMatching(/^host:vt/),
      'db:eth0': expect.stringMatching(/^host:vt/),
      'db:eth5': 'web:eth5',
    });
    for (const { node, interface: name, peer, mac_address } of all.endpoints) {
      const here = links(netnsOf(node)).find(({ ifname }) => ifname === name)!;
      const there = links(netnsOf(peer!.node)).find(({ ifname }) => ifname === peer!.interface)!;
      expect({ name, peer: here.link_index, back: there.link_index }).toEqual({ name, peer: there.ifindex, back: here.ifindex });
      expect(mac_address).toBe(here.address);
    }
  });

  it('has the peers of networks’ endpoints as ports of their bridges', () => {
    for (const { bridge, endpoints } of all.networks) {
      const ports = (JSON.parse(world.must(`ip -j link show master ${bridge}`)) as readonly Link[]).map(({ ifname }) => ifname);
      const peers = all.endpoints.filter(({ endpoint }) => endpoints.includes(endpoint)).map(({ peer }) => peer!.interface);
      expect(ports.sort()).toEqual(peers.sort());
    }
  });

  it('has a sandbox for every node, with the inode of its namespace', () => {
    expect(all.sandboxes.map(({ node, key }) => [node, key]).sort()).toEqual([
      ['db', '/run/netns/database'],
      ['host', '/proc/self/ns/net'],
      ['idle', '/run/netns/shop.idle'],
      ['router', '/run/netns/shop.router'],
      ['web', '/run/netns/shop.web'],
    ]);
    for (const { key, inode, endpoints, node } of all.sandboxes) {
      expect(inode).toBe(Number(world.must(`stat -Lc %i ${key}`)));
      expect(endpoints).toEqual(all.endpoints.filter((each) => each.node === node).map(({ endpoint }) => endpoint));
    }
  });

  it('of one node shows its sandbox, its endpoints and their networks', () => {
    const { networks, endpoints, sandboxes } = shown('db');
    expect(networks.map(({ name }) => name)).toEqual(['back']);
    expect(endpoints).toEqual(all.endpoints.filter(({ node }) => node === 'db'));
    expect(sandboxes.map(({ node }) => node)).toEqual(['db']);
  });

  it('is text with a table for each of the three', () => {
    const lines = world.mustTopo('show', '--docker', 'db').split('\n');
    const { mac_address, peer } = shown('db').endpoints.find(({ network }) => network === 'back')!;
    expect(lines.map((line) => line.trim().split(/  +/))).toEqual(
      expect.arrayContaining([
        ['back', 'bridge', 'back0', '10.62.0.0/24', '10.62.0.1', '2'],
        ['db:eth0', 'back', mac_address, '10.62.0.2/24', `host:${peer!.interface}`],
        ['db', '/run/netns/database', expect.stringMatching(/^\d+$/), expect.stringContaining('db:eth0')],
      ]),
    );
  });

  it('sees the kernel, not the file: an interface that is gone has no endpoint any more', () => {
    world.must('ip -n database link del eth5');
    expect(shown().endpoints.map(({ endpoint }) => endpoint)).not.toEqual(expect.arrayContaining(['db:eth5']));
    world.mustTopo('apply', '--yes');
    expect(shown().endpoints).toHaveLength(all.endpoints.length);
  });
});
