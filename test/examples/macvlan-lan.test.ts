import { describe, expect, it } from '@jest/globals';
import type { DockerDocument } from '../../src/report/docker.js';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const LAB = 'macvlan-lan';
const rows = new Rows(
  [
    ['web', 'http://192.168.60.201', 'cache sees 192.168.60.200'],
    ['web', 'http://db', 'db sees 192.168.60.200'],
    ['db', 'http://web', 'web sees 192.168.60.202'],
    ['printer', 'http://192.168.60.200', 'web sees 192.168.60.50'],
    ['db', 'ping 192.168.60.50', 'answer'],
    ['web', 'ping 192.168.60.1', 'answer'],
    // Its own host, by the shim; another one as any machine of the LAN.
    ['web', 'ping 192.168.60.11', 'answer'],
    ['web', 'ping 192.168.60.12', 'answer'],
    ['h1', 'http://192.168.60.202', 'db sees 192.168.60.11'],
  ],
  placesOf(LAB),
);

describe('examples/macvlan-lan', () => {
  const { world, testDestroy } = exampleLab(LAB, async (machine) => {
    await Promise.all(['web', 'cache', 'db'].map((node) => machine.serve(`${LAB}.${node}`, 80, node)));
    await rows.run(machine);
  });
  rows.test();

  it('reaches the nodes of a host from the host itself', () => {
    expect(world().mustTopo('exec', 'macvlan-lan.h1', '--', 'ping', '-c', '1', '-W', '1', '192.168.60.201')).toContain('1 received');
  });

  it('shows whose wire a node is on', () => {
    const shown = world().mustTopo('show', 'macvlan-lan.web');
    expect(shown).toMatch(/eth0 +type macvlan, parent eth0, parent_netns macvlan-lan.h1, mode bridge/);
  });

  it('is told in Docker’s words as well: a wire on each host, and who is on it', () => {
    const { networks, endpoints } = JSON.parse(world().mustTopo('show', '--docker', '--json', '--lab', LAB)) as DockerDocument;
    expect(networks).toMatchObject([
      { name: 'office', driver: 'bridge', endpoints: ['h1:eth0', 'h2:eth0', 'printer:eth0'] },
      { name: 'eth0', driver: 'macvlan', host: 'h1', bridge: 'eth0', subnets: ['192.168.60.0/24'], endpoints: ['cache:eth0', 'web:eth0'] },
      { name: 'eth0', driver: 'macvlan', host: 'h2', bridge: 'eth0', gateways: ['192.168.60.1'], endpoints: ['db:eth0'] },
    ]);
    expect(endpoints.find(({ endpoint }) => endpoint === 'web:eth0')).toMatchObject({
      ...{ network: 'eth0', addresses: ['192.168.60.200/24'], peer: { node: 'h1', interface: 'eth0' } },
    });
  });

  testDestroy();
});
