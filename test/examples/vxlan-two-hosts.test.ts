import { describe, expect, it } from '@jest/globals';
import type { DockerDocument } from '../../src/report/docker.js';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const LAB = 'vxlan-two-hosts';
const rows = new Rows(
  [
    ['web', 'http://10.32.0.20', 'api sees 10.32.0.10'],
    ['api', 'http://10.32.0.10', 'web sees 10.32.0.20'],
    ['web', 'http://10.32.0.11', 'cache sees 10.32.0.10'],
    ['cache', 'udp 10.32.0.20:53', 'api sees 10.32.0.11'],
    ['web', 'ping 10.32.0.1', 'answer'],
    ['api', 'ping 10.32.0.1', 'answer'],
    // By the node's own host, and by its address.
    ['web', 'http://192.168.50.99', 'peer sees 192.168.50.11'],
    ['api', 'http://192.168.50.99', 'peer sees 192.168.50.12'],
    ['web', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
    ['h1', 'http://10.32.0.10', 'web sees 10.32.0.1'],
    // The port of the node's own host, and of no other.
    ['peer', 'http://192.168.50.12:8080', 'api sees 192.168.50.99'],
    ['peer', 'http://192.168.50.11:8080', 'refused'],
    ['h2', 'http://127.0.0.1:8080', 'api sees 10.32.0.1'],
    ['h1', 'http://192.168.50.12:8080', 'api sees 192.168.50.11'],
    ['web', 'http://192.168.50.12:8080', 'api sees 192.168.50.11'],
    ['cache', 'http://10.32.0.1:8080', 'refused'],
    // No way in but by the ports.
    ['peer', 'http://10.32.0.10', 'timeout'],
    ['peer', 'ping 10.32.0.20', 'timeout'],
  ],
  placesOf(LAB),
);

describe('examples/vxlan-two-hosts', () => {
  const { world, testDestroy } = exampleLab(LAB, async (machine) => {
    machine.must(`ip -n ${LAB}.peer route add 10.32.0.10 via 192.168.50.11`);
    machine.must(`ip -n ${LAB}.peer route add 10.32.0.20 via 192.168.50.12`);
    await Promise.all(['web', 'cache', 'api'].map((node) => machine.serve(`${LAB}.${node}`, 80, node)));
    await machine.serve(`${LAB}.api`, 'udp:53', 'api');
    await machine.serve(`${LAB}.peer`, 80, 'peer');
    await machine.serve('outside', 80, 'lan');
    await rows.run(machine);
    machine.must(`ip -n ${LAB}.peer route flush root 10.32.0.0/16`);
  });
  rows.test();

  it('names nodes of other hosts, in files and by the server of each host', () => {
    expect(world().in(`${LAB}.web`, 'getent hosts api')).toMatchObject({ status: 0, stdout: expect.stringContaining('10.32.0.20') });
    expect(world().in(`${LAB}.api`, 'getent hosts cache')).toMatchObject({ status: 0, stdout: expect.stringContaining('10.32.0.11') });
    const ask = `node -e "const r = new (require('dns').promises.Resolver)(); r.setServers(['10.32.0.1']); r.resolve4(process.argv[1]).then(console.log)"`;
    expect(world().in(`${LAB}.web`, `${ask} api`).stdout).toContain('10.32.0.20');
    expect(world().in(`${LAB}.api`, `${ask} cache`).stdout).toContain('10.32.0.11');
  });

  it('is an overlay in Docker’s words, with a bridge on each host', () => {
    const { networks } = JSON.parse(world().mustTopo('show', '--docker', '--json', '--lab', LAB)) as DockerDocument;
    expect(networks.map(({ name, driver, host, endpoints }) => ({ name, driver, host, endpoints }))).toEqual([
      { name: 'lan', driver: 'bridge', endpoints: ['h1:eth0', 'h2:eth0', 'peer:eth0'] },
      { name: 'overlay', driver: 'overlay', host: 'h1', endpoints: ['cache:eth0', 'web:eth0'] },
      { name: 'overlay', driver: 'overlay', host: 'h2', endpoints: ['api:eth0'] },
    ]);
  });

  it('has on each host a tunnel that learns nothing, with a permanent entry and a neighbour for each node of the other', () => {
    const macs = new Map(
      ['web', 'cache', 'api'].map((node) => [node, world().must(`ip netns exec ${LAB}.${node} cat /sys/class/net/eth0/address`).trim()]),
    );
    const nodes = {
      h1: [['api', '10.32.0.20']],
      h2: [
        ['cache', '10.32.0.11'],
        ['web', '10.32.0.10'],
      ],
    } as const;
    for (const [host, own, other] of [
      ['h1', 11, 12],
      ['h2', 12, 11],
    ] as const) {
      const [link] = JSON.parse(world().must(`ip -n ${LAB}.${host} -d -j link show type vxlan`)) as Record<string, unknown>[];
      const data = { id: 4097, port: 4789, local: `192.168.50.${own}`, learning: false };
      expect(link).toMatchObject({ mtu: 1450, operstate: 'UNKNOWN', linkinfo: { info_data: data } });
      const name = String(link!['ifname']);
      const lines = (command: string): string[] => world().must(`${command} | sed 's/ *$//' | sort`).trim().split('\n');
      const entries = lines(`ip netns exec ${LAB}.${host} bridge fdb show dev ${name} | grep dst`);
      expect(entries).toEqual(nodes[host].map(([node]) => `${macs.get(node)} dst 192.168.50.${other} self permanent`).sort());
      const neighbours = lines(`ip -n ${LAB}.${host} neigh show dev ${name} nud permanent`);
      expect(neighbours).toEqual(nodes[host].map(([node, address]) => `${address} lladdr ${macs.get(node)} PERMANENT`).sort());
    }
  });

  it('carries a packet of 1450 bytes between the hosts, and none that is larger', () => {
    expect(world().in(`${LAB}.web`, 'ping -c 1 -W 1 -M do -s 1422 10.32.0.20').status).toBe(0);
    expect(world().in(`${LAB}.web`, 'ping -c 1 -W 1 -M do -s 1423 10.32.0.20').stderr).toContain('message too long');
  });

  testDestroy();
});
