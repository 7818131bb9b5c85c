/** Plain routes between hosts, one of which is the machine itself, with the bridge of the underlay and the rules of both networks on it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { portable, settled } from '../promises/machine.js';
import { changesOf, planOf } from '../promises/program.js';
import { probe } from '../traffic/probe.js';
import { placesOf, Rows } from '../traffic/rows.js';
import { World } from '../world.js';
import { listen } from './wire.js';

const LAB = `name: gw

networks:
  lan: { subnet: 192.168.50.0/24 }
  pods:
    driver: flannel
    backend: host-gw
    host_subnets: { h1: 10.244.1.0/24, h2: 10.244.2.0/24, host: 10.244.3.0/24 }

hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }

nodes:
  a: { host: h1, networks: { pods: 10.244.1.10 } }
  b: { host: h2, networks: { pods: 10.244.2.10 } }
  c: { networks: { pods: 10.244.3.10 }, ports: ['8080:80'] }
  peer: { networks: { lan: 192.168.50.99 }, routes: [{ to: 10.244.0.0/16, via: 192.168.50.1 }] }
`;

const places = placesOf('gw');
const rows = new Rows(
  [
    ['a', 'http://10.244.2.10', 'b sees 10.244.1.10'],
    ['a', 'http://10.244.3.10', 'c sees 10.244.1.10'],
    ['c', 'http://10.244.1.10', 'a sees 10.244.3.10'],
    ['h1', 'http://10.244.2.10', 'b sees 10.244.1.1'],
    ['h1', 'http://10.244.3.10', 'c sees 10.244.1.1'],
    ['host', 'http://10.244.1.10', 'a sees 10.244.3.1'],
    ['a', 'ping -M do -s 1472 10.244.2.10', 'answer'],
    ['peer', 'http://10.244.3.10', 'timeout'],
    ['peer', 'http://10.244.1.10', 'timeout'],
    ['lan', 'http://10.99.0.2:8080', 'c sees 10.99.0.1'],
    ['lan', 'http://10.244.1.10', 'timeout'],
    ['a', 'ping 10.99.0.1', 'answer'],
    ['c', 'ping 10.99.0.1', 'answer'],
    ['h1', 'route 10.244.3.10', 'via 192.168.50.1 dev eth0'],
  ],
  places,
);

let world: World;
let baseline: string;

beforeAll(async () => {
  world = await World.create();
  world.outside();
  baseline = world.snapshot();
  world.must('ip -n outside route add 10.244.0.0/16 via 10.99.0.2');
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all(['a', 'b', 'c', 'peer'].map((node) => world.serve(places(node), 80, node)));
  await rows.run(world);
}, 60_000);
afterAll(() => world.dispose());

describe('with host-gw', () => {
  rows.test();

  it('each host has one route for each other host, and no tunnel', () => {
    const routes = (netns: string): readonly string[] =>
      world
        .must(`ip ${netns} route show root 10.244.0.0/16 proto 84`)
        .split('\n')
        .map((line) => line.trim().replace(/br-\w+/, 'BRIDGE'))
        .filter((line) => line !== '');
    expect(routes('-n gw.h1')).toEqual([
      '10.244.2.0/24 via 192.168.50.12 dev eth0 src 10.244.1.1',
      '10.244.3.0/24 via 192.168.50.1 dev eth0 src 10.244.1.1',
    ]);
    expect(routes('')).toEqual([
      '10.244.1.0/24 via 192.168.50.11 dev BRIDGE src 10.244.3.1',
      '10.244.2.0/24 via 192.168.50.12 dev BRIDGE src 10.244.3.1',
    ]);
    expect(world.must('ip -n gw.h1 link show type vxlan; ip link show type vxlan')).toBe('');
  });

  it('packets travel as their senders made them', async () => {
    const wire = await listen(world, 'gw.h2', 'eth0');
    world.must('ip netns exec gw.a ping -c 1 -W 2 10.244.2.10');
    expect(await wire.heard(/10\.244\.2\.10 > 10\.244\.1\.10: ICMP echo reply/)).not.toMatch(/8472|192\.168\.50\.11 >/);
  });

  it('a route deleted by hand, and the bridge of the underlay down, are seen and put back', () => {
    world.must('ip -n gw.h1 route del 10.244.2.0/24');
    world.must("ip link set $(ip -br link | grep -o '^br-[0-9a-f]*' | head -1) down");
    world.must("ip link set $(ip -br link | grep -o '^br-[0-9a-f]*' | tail -1) down");
    const changes = changesOf(planOf(world, 'topo.yaml'));
    expect(changes.filter((change) => change.includes('route:'))).toEqual([
      '+ route:gw.h1/10.244.2.0/24',
      '+ route:host/10.244.1.0/24',
      '+ route:host/10.244.2.0/24',
    ]);
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes');
  });

  it('the script makes what apply makes', async () => {
    const [applied, byHand] = [await World.create(), await World.create()];
    try {
      applied.file('topo.yaml', LAB);
      applied.mustTopo('apply', '--yes');
      byHand.file('topo.yaml', LAB);
      byHand.must(`sh ${byHand.file('script.sh', byHand.mustTopo('plan', '--format', 'shell'))}`);
      expect(byHand.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
      expect(portable(await settled(byHand))).toEqual(portable(await settled(applied)));
    } finally {
      applied.dispose();
      byHand.dispose();
    }
  });

  it('in VXLAN instead, the machine has its end of the tunnel too, and a host without a written subnet has one of its own', async () => {
    const vxlan = LAB.replace('    backend: host-gw\n', '').replace(' h2: 10.244.2.0/24,', '').replace('pods: 10.244.2.10', 'pods: {}');
    world.file('topo.yaml', vxlan);
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes');
    const [, own = '', third = ''] = /inet (10\.244\.(\d+)\.\d+)\/24/.exec(world.must('ip -n gw.b -4 addr show eth0')) ?? [];
    expect(['1', '3']).not.toContain(third);
    expect(world.must('ip -d link show flannel.1')).toMatch(/vxlan id 1 local 192\.168\.50\.1 dev br-\w+ .*dstport 8472 nolearning/);
    expect(world.must('ip route show dev flannel.1').replaceAll(' \n', '\n')).toContain(
      `10.244.${third}.0/24 via 10.244.${third}.0 proto 84 onlink\n`,
    );
    const asked = [
      ['a', 'http://10.244.3.10', 'c sees 10.244.1.10'],
      ['c', 'http://10.244.1.10', 'a sees 10.244.3.10'],
      ['c', `http://${own}`, 'b sees 10.244.3.10'],
      ['host', `http://${own}`, 'b sees 10.244.3.0'],
    ] as const;
    const results = await Promise.all(asked.map(([from, to]) => probe(world, places(from), to)));
    expect(results).toEqual(asked.map(([, , result]) => result));
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(world.must('ip link show type vxlan; ip -n gw.h1 link show type vxlan')).toBe('');
  });

  it('destroy leaves nothing', () => {
    for (const name of ['a', 'b', 'c', 'peer']) world.sh(`kill $(ip netns pids gw.${name})`);
    world.must('ip -n outside route del 10.244.0.0/16');
    world.mustTopo('destroy', '--yes');
    expect(world.snapshot()).toBe(baseline);
  });
});

describe('another’s route of the machine', () => {
  it.each([
    ['the same', 'ip route add 10.244.1.0/24 via 10.99.0.1', '10.244.1.0/24 via 10.99.0.1 dev lan0'],
    ['a larger one', 'ip route add 10.244.0.0/22 via 10.99.0.1', '10.244.0.0/22 via 10.99.0.1 dev lan0'],
  ])('to the subnet of another host is an error that names it, and stays: %s', async (_name, command, shown) => {
    const other = await World.create();
    try {
      other.outside();
      other.must(command);
      const before = other.snapshot();
      other.file('topo.yaml', LAB);
      const { status, stderr } = other.topo(['apply', '--yes']);
      expect(status).toBe(1);
      expect(stderr).toContain(`10.244.1.0/24 on br-`);
      expect(stderr).toContain(`overlaps the host's route ${shown} [subnet-overlaps-route]`);
      expect(other.snapshot()).toBe(before);
    } finally {
      other.dispose();
    }
  });
});
