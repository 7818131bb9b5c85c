import { describe, expect, it } from '@jest/globals';
import { until } from '../system/routing/until.js';
import { placesOf, Rows, type Row } from '../system/traffic/rows.js';
import { NO_CHANGES, pathOf } from './example.js';
import { exampleLab } from './example-lab.js';

const ROUTERS = ['a', 'b', 'c', 'd'];

const rows = new Rows(
  [
    ...['10.40.3.10', 'fd40:3::10'].map((address): Row => ['host1', `ping ${address}`, 'answer']),
    ...['10.40.1.10', 'fd40:1::10'].map((address): Row => ['host3', `ping ${address}`, 'answer']),
    ...ROUTERS.flatMap((from) =>
      ROUTERS.flatMap((_to, i): Row[] => [
        [from, `ping 10.40.255.${i + 1}`, 'answer'],
        [from, `ping fd40::${i + 1}`, 'answer'],
      ]),
    ),
  ],
  placesOf('ospf-square'),
);

const WAYS = {
  'ip route show 10.40.3.0/24': /^10\.40\.3\.0\/24 via \S+ dev (\w+) /,
  'ip -6 route show fd40:3::/64': /^fd40:3::\/64 via \S+ dev (\w+) /,
};

describe('examples/ospf-square', () => {
  const file = pathOf('ospf-square');
  const { world, testDestroy } = exampleLab('ospf-square', async (machine) => {
    for (const router of ROUTERS) {
      const others = ROUTERS.flatMap((other, i) => (other === router ? [] : [i + 1]));
      for (const id of others) {
        await until(machine, `ospf-square.${router}`, `ip route show 10.40.255.${id}`, /via/);
        await until(machine, `ospf-square.${router}`, `ip -6 route show fd40::${id}`, /via|nexthop/);
      }
    }
    for (const [question, way] of Object.entries(WAYS)) await until(machine, 'ospf-square.a', question, way);
    for (const question of ['ip route show 10.40.1.0/24', 'ip -6 route show fd40:1::/64'])
      await until(machine, 'ospf-square.c', question, /dev b/);
    await rows.run(machine);
  });
  rows.test();

  const way = async (family: 'ip route show 10.40.3.0/24' | 'ip -6 route show fd40:3::/64', by: string): Promise<void> => {
    await until(world(), 'ospf-square.a', family, new RegExp(`via \\S+ dev ${by} proto bird`));
  };

  it('goes the cheaper way', async () => {
    await way('ip route show 10.40.3.0/24', 'b');
    await way('ip -6 route show fd40:3::/64', 'b');
  });

  it('comes back by the other way within seconds when the cable is cut, and by the first one when it is whole again', async () => {
    const cut = { CABLE: 'down' };
    const pings = world().later('ospf-square.host1', 'ping -n -i 0.1 -c 150 10.40.3.10');
    expect(world().topo(['apply', '--yes', file], cut).status).toBe(0);
    await way('ip route show 10.40.3.0/24', 'd');
    await way('ip -6 route show fd40:3::/64', 'd');
    // Both ends see the cable go; but what a router says of itself it says again after five seconds only (MinLSInterval, RFC 2328).
    const received = Number(/(\d+) received/.exec((await pings).stdout)?.[1]);
    expect(received).toBeGreaterThan(70);
    expect(world().in('ospf-square.host1', 'ping -c 2 -i 0.2 -W 2 fd40:3::10').stdout).toContain('2 received');
    expect(world().topo(['plan', file], cut).stdout).toBe(NO_CHANGES);
    world().mustTopo('apply', '--yes', file);
    await way('ip route show 10.40.3.0/24', 'b');
    await way('ip -6 route show fd40:3::/64', 'b');
  });

  it('misses a router that dies without a word, after its dead time', async () => {
    world().must('kill -STOP $(ip netns pids ospf-square.b | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done)');
    await way('ip route show 10.40.3.0/24', 'd');
    world().must('kill -CONT $(ip netns pids ospf-square.b | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done)');
    await way('ip route show 10.40.3.0/24', 'b');
  });

  it('shows the neighbours of each router', () => {
    const { routing } = JSON.parse(world().mustTopo('status', '--json', file)) as {
      routing: { node: string; routerId: string; neighbors: { peer: string; interface: string; state: string }[] }[];
    };
    expect(routing.map(({ node, routerId }) => `${node} ${routerId}`)).toEqual(ROUTERS.map((node, i) => `${node} 10.40.255.${i + 1}`));
    const ofA = routing[0]!.neighbors.map(({ peer, interface: on, state }) => `${peer} ${on} ${state}`);
    // By OSPFv2 and by OSPFv3.
    expect(ofA.sort()).toEqual(['10.40.255.2 b Full', '10.40.255.2 b Full', '10.40.255.4 d Full', '10.40.255.4 d Full']);
  });

  testDestroy();
});
