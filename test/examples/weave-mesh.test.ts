import { describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const LAB = 'weave-mesh';
const rows = new Rows(
  [
    ['web', 'http://api', 'api sees 10.32.0.10'],
    ['web', 'http://db', 'db sees 10.32.0.10'],
    ['api', 'http://db', 'db sees 10.32.0.20'],
    ['db', 'http://web', 'web sees 10.32.0.30'],
    ['db', 'http://backend', 'api sees 10.32.0.30'],
    ['web', 'ping -M do -s 1422 10.32.0.30', 'answer'],
    ['web', 'ping -M do -s 1423 10.32.0.30', 'too long'],
    ['web', 'ping 10.32.0.1', 'answer'],
    // By the node's own host.
    ['web', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
    ['db', 'ping 192.168.52.11', 'answer'],
    ['host', 'http://192.168.52.11:8080', 'web sees 192.168.52.1'],
    ['host', 'http://192.168.52.12:8080', 'refused'],
  ],
  placesOf(LAB),
);

describe('examples/weave-mesh', () => {
  const { world, testDestroy } = exampleLab(LAB, async (machine) => {
    await Promise.all(['web', 'api', 'db'].map((node) => machine.serve(`${LAB}.${node}`, 80, node)));
    await machine.serve('outside', 80, 'lan');
    await rows.run(machine);
  });
  rows.test();

  it('has a link from each host to every other', () => {
    for (const [host, others] of [
      ['h1', ['12', '13']],
      ['h2', ['11', '13']],
      ['h3', ['11', '12']],
    ] as const) {
      const entries = world().in(`${LAB}.${host}`, 'bridge fdb show').stdout;
      const peers = [...entries.matchAll(/^00:00:00:00:00:00 dev \S+ dst (\S+) self permanent/gm)].map(([, peer = '']) => peer);
      expect(peers.sort()).toEqual(others.map((last) => `192.168.52.${last}`));
    }
  });

  it('learns where a node is from what it has heard of it', () => {
    const mac = world().must(`ip netns exec ${LAB}.db cat /sys/class/net/eth0/address`).trim();
    expect(world().in(`${LAB}.web`, 'ping -c 1 -W 2 10.32.0.30').status).toBe(0);
    const [own] = new RegExp(`^${mac} dev vx-\\S+ dst .*$`, 'm').exec(world().in(`${LAB}.h1`, 'bridge fdb show').stdout) ?? [];
    expect(own).toMatch(/ dst 192\.168\.52\.13 self *$/);
  });

  it('keeps to the gateway of its own host, whatever the other hosts say', () => {
    const mac = (node: string): string => world().must(`ip -n ${LAB}.${node} neigh show 10.32.0.1`).split(' ')[4] ?? '';
    expect(mac('web')).toBe(mac('db'));
    // The bridge takes its own MAC for nobody else's, though other hosts' bridges send from it as well.
    const entries = world().in(`${LAB}.h1`, 'bridge fdb show').stdout;
    expect(entries).toMatch(new RegExp(`^${mac('web')} dev br-\\S+ master br-\\S+ permanent$`, 'm'));
    expect(entries).not.toMatch(new RegExp(`^${mac('web')} dev vx-\\S+ master`, 'm'));
  });

  testDestroy();
});
