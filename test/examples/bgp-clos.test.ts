import { describe, expect, it } from '@jest/globals';
import { capture } from '../system/calico/capture.js';
import { until } from '../system/routing/until.js';
import { placesOf, Rows, type Row } from '../system/traffic/rows.js';
import { NO_CHANGES, pathOf } from './example.js';
import { exampleLab } from './example-lab.js';

const HOSTS = [1, 2, 3, 4];

const rows = new Rows(
  HOSTS.flatMap((from) => HOSTS.filter((to) => to !== from).map((to): Row => [`host${from}`, `ping 10.${to}.0.10`, 'answer'])),
  placesOf('bgp-clos'),
);

const BOTH =
  /^10\.4\.0\.0\/24 proto bird metric 32 \n\tnexthop via 10\.254\.1\.1 dev spine1 weight 1 \n\tnexthop via 10\.254\.2\.1 dev spine2 weight 1 $/m;

describe('examples/bgp-clos', () => {
  const file = pathOf('bgp-clos');
  const { world, testDestroy } = exampleLab('bgp-clos', async (machine) => {
    for (const leaf of HOSTS) {
      for (const to of HOSTS.filter((other) => other !== leaf)) {
        await until(machine, `bgp-clos.leaf${leaf}`, `ip route show 10.${to}.0.0/24`, /spine1[\s\S]*spine2/);
      }
    }
    await rows.run(machine);
  });
  rows.test();

  it('has two next hops in the kernel of a leaf', () => {
    expect(world().in('bgp-clos.leaf1', 'ip route').stdout).toMatch(BOTH);
  });

  it('uses both: which one, the addresses decide', () => {
    const ways = Array.from(
      { length: 32 },
      (_, i) => world().in('bgp-clos.leaf1', `ip route get 10.4.0.${i + 10} from 10.1.0.10 iif eth0`).stdout,
    );
    expect(ways.some((way) => way.includes('dev spine1'))).toBe(true);
    expect(ways.some((way) => way.includes('dev spine2'))).toBe(true);
  });

  it('sends packets by both', async () => {
    const spines = await Promise.all(
      [1, 2].map((spine) => capture(world(), `bgp-clos.spine${spine}`, 'leaf1', 'icmp[icmptype] == icmp-echo')),
    );
    const all = Array.from({ length: 32 }, (_, i) => `ping -c 1 -W 1 10.4.0.${i + 10} &`);
    world().in('bgp-clos.host1', `${all.join(' ')} wait`);
    const counts = (await Promise.all(spines.map(({ stop }) => stop()))).map((lines) => lines.length);
    expect(Math.min(...counts)).toBeGreaterThan(3);
    expect(counts[0]! + counts[1]!).toBe(32);
  });

  it('goes on by the other spine when the link to one goes down, and by both again afterwards', async () => {
    const cut = { CABLE: 'down' };
    expect(world().topo(['apply', '--yes', file], cut).status).toBe(0);
    await until(world(), 'bgp-clos.leaf1', 'ip route show 10.4.0.0/24', /^10\.4\.0\.0\/24 via 10\.254\.2\.1 dev spine2 proto bird/);
    await until(world(), 'bgp-clos.leaf4', 'ip route show 10.1.0.0/24', /^10\.1\.0\.0\/24 via 10\.254\.2\.13 dev spine2 proto bird/);
    expect(world().in('bgp-clos.host1', 'ping -c 3 -i 0.2 -W 2 10.4.0.10').stdout).toContain('3 received');
    expect(world().topo(['plan', file], cut).stdout).toBe(NO_CHANGES);
    world().mustTopo('apply', '--yes', file);
    await until(world(), 'bgp-clos.leaf1', 'ip route', BOTH);
  });

  testDestroy();
});
