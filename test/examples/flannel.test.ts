/** Three machines, a /24 on each, VXLAN between them. */
import { describe, expect, it } from '@jest/globals';
import { capture } from '../system/calico/capture.js';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const LAB = 'flannel';
const rows = new Rows(
  [
    ['web', 'http://10.244.2.10', 'api sees 10.244.1.10'],
    ['api', 'http://10.244.3.10', 'db sees 10.244.2.10'],
    ['db', 'http://10.244.1.10', 'web sees 10.244.3.10'],
    ['web', 'ping -M do -s 1422 10.244.3.10', 'answer'],
    ['web', 'ping -M do -s 1423 10.244.3.10', 'too long'],
    ['h1', 'http://10.244.2.10', 'api sees 10.244.1.0'],
    // By the node's own host.
    ['web', 'http://192.168.51.99', 'client sees 192.168.51.11'],
    ['client', 'http://192.168.51.11:8080', 'web sees 192.168.51.99'],
    ['client', 'http://192.168.51.12:8080', 'refused'],
    ['client', 'ping 10.244.1.10', 'timeout'],
  ],
  placesOf(LAB),
);

describe('examples/flannel', () => {
  const { world, testDestroy } = exampleLab(LAB, async (machine) => {
    machine.must(`ip -n ${LAB}.client route add 10.244.1.0/24 via 192.168.51.11`);
    await Promise.all(['web', 'api', 'db', 'client'].map((node) => machine.serve(`${LAB}.${node}`, 80, node)));
    await rows.run(machine);
    machine.must(`ip -n ${LAB}.client route del 10.244.1.0/24`);
  });
  rows.test();

  it('has on each host one neighbour, one entry and one route for each other host', () => {
    const macs = ['h1', 'h2', 'h3'].map((host) => world().must(`ip netns exec ${LAB}.${host} cat /sys/class/net/flannel.1/address`).trim());
    for (const own of [1, 2, 3]) {
      const others = [1, 2, 3].filter((host) => host !== own);
      const lines = (command: string): string[] =>
        world().must(`ip netns exec ${LAB}.h${own} ${command} | sed 's/ *$//' | sort`).trim().split('\n');
      expect(lines('ip neigh show dev flannel.1 nud permanent')).toEqual(
        others.map((host) => `10.244.${host}.0 lladdr ${macs[host - 1]} PERMANENT`),
      );
      expect(lines('bridge fdb show dev flannel.1')).toEqual(
        others.map((host) => `${macs[host - 1]} dst 192.168.51.1${host} self permanent`).sort(),
      );
      expect(lines('ip route show dev flannel.1')).toEqual(
        others.map((host) => `10.244.${host}.0/24 via 10.244.${host}.0 proto 84 onlink`),
      );
      expect(lines('ip -4 -br addr show flannel.1')).toEqual([expect.stringMatching(new RegExp(` 10\\.244\\.${own}\\.0/32$`))]);
    }
  });

  it('carries packets in VXLAN by port 8472', async () => {
    const { stop } = await capture(world(), `${LAB}.h2`, 'eth0', 'udp port 8472');
    world().in(`${LAB}.web`, 'ping -c 1 -W 2 10.244.2.10');
    expect((await stop())[0]).toMatch(/192\.168\.51\.11\.\d+ > 192\.168\.51\.12\.8472/);
  });

  testDestroy();
});
