import { describe, expect, it } from '@jest/globals';
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
    expect(world().mustTopo('show', 'macvlan-lan.web')).toMatch(/eth0 +type macvlan, parent eth0, mode bridge/);
  });

  testDestroy();
});
