/** `icc: false`: nodes of a network reach the host, the world and published ports, and not each other. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { probe } from './probe.js';
import { placesOf, Rows, type Row } from './rows.js';

const LAB = `
name: apart
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], icc: false, bridge_name: br-a }
  open: { subnet: 10.62.0.0/24, icc: false, isolated: false }
  inner: { subnet: 10.63.0.0/24, icc: false, internal: true }
  routed: { subnet: 10.64.0.0/24, icc: false, gateway: router }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }, ports: ['8080:80', '5353:53/udp'] }
  a2: { networks: { a: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3', host_interface: port2 } } }
  o1: { networks: { open: 10.62.0.2 } }
  o2: { networks: { open: 10.62.0.3 } }
  i1: { networks: { inner: 10.63.0.2 } }
  i2: { networks: { inner: 10.63.0.3 } }
  router: { networks: { routed: 10.64.0.1 } }
  r2: { networks: { routed: 10.64.0.2 } }
  r3: { networks: { routed: 10.64.0.3 } }
`;

const ROWS: readonly Row[] = [
  ['a2', 'http://10.61.0.2', 'timeout'],
  ['a2', 'http://[fd61::2]', 'timeout'],
  ['a2', 'ping 10.61.0.2', 'timeout'],
  ['a1', 'http://10.61.0.3', 'timeout'],
  ['a2', 'ping 10.61.0.1', 'answer'],
  ['a2', 'ping fd61::1', 'answer'],
  ['a2', 'ping 10.99.0.1', 'answer'],
  ['a2', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
  ['a2', 'http://[fd99::1]', 'lan sees fd99::2'],
  ['host', 'http://10.61.0.3', 'a2 sees 10.61.0.1'],
  ['host', 'http://[fd61::3]', 'a2 sees fd61::1'],
  ['lan', 'http://10.99.0.2:8080', 'a1 sees 10.99.0.1'],
  ['lan', 'http://[fd99::2]:8080', 'a1 sees fd99::1'],
  ['host', 'http://127.0.0.1:8080', 'a1 sees 10.61.0.1'],
  ['o1', 'http://10.99.0.2:8080', 'a1 sees 10.61.0.1'],
  ['o1', 'http://10.62.0.3', 'timeout'],
  ['a1', 'http://10.62.0.2', 'o1 sees 10.62.0.1'],
  ['i1', 'http://10.63.0.3', 'timeout'],
  ['i1', 'ping 10.63.0.1', 'answer'],
  // The node that is the gateway is reached, its network's other nodes are not.
  ['r2', 'http://10.64.0.1', 'router sees 10.64.0.2'],
  ['r2', 'http://10.64.0.3', 'timeout'],
];

/** Of neighbours, by way of the host: the kernel hands these from port to port where br_netfilter has translated them. */
const NEIGHBOURS: readonly (readonly [from: string, to: string, result: string])[] = [
  ['a2', 'http://10.99.0.2:8080', 'a1 sees 10.61.0.1'],
  ['a2', 'http://10.61.0.1:8080', 'a1 sees 10.61.0.1'],
  ['a2', 'http://[fd99::2]:8080', 'a1 sees fd61::1'],
  ['a2', 'udp 10.99.0.2:5353', 'a1 sees 10.61.0.1'],
  ['a1', 'http://10.99.0.2:8080', 'a1 sees 10.61.0.1'],
];

const placeOf = placesOf('apart');
const settings = existsSync('/proc/sys/net/bridge') ? [0, 1] : [null];
if (settings[0] === null) it.skip('with br_netfilter, which this kernel lacks', () => undefined);

describe.each(settings)('a network with icc: false, bridge-nf-call-iptables %s', (bridgeNetfilter) => {
  let world: World;
  const rows = new Rows(
    [...ROWS, ...NEIGHBOURS.map(([from, to, result]): Row => [from, to, bridgeNetfilter === 1 ? 'timeout' : result])],
    placeOf,
  );

  beforeAll(async () => {
    world = await World.create();
    world.outside();
    if (bridgeNetfilter !== null)
      world.must(`sysctl -w net.bridge.bridge-nf-call-iptables=${bridgeNetfilter} net.bridge.bridge-nf-call-ip6tables=${bridgeNetfilter}`);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    const nodes = ['a1', 'a2', 'o1', 'o2', 'i1', 'i2', 'router', 'r2', 'r3', 'lan'];
    await Promise.all([...nodes.map((node) => world.serve(placeOf(node), 80, node)), world.serve('apart.a1', 'udp:53', 'a1')]);
    await rows.run(world);
  });
  afterAll(() => world.dispose());

  rows.test();

  it('is told by plan what its nodes do not reach, where that is so', () => {
    const { status, stderr } = world.topo(['plan']);
    expect(status).toBe(0);
    if (bridgeNetfilter !== 1) {
      expect(stderr).toBe('');
      return;
    }
    expect(stderr.match(/port-not-for-neighbours/g)).toHaveLength(1);
    expect(stderr).toMatch(
      /topo\.yaml:4:\d+: warning: the nodes of networks\.a do not reach .*\(nodes\.a1\.ports\[0\], nodes\.a1\.ports\[1\]\)/,
    );
    expect(stderr).toContain('sysctl -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 lets them');
  });

  it('keeps them apart by way of the host as well', async () => {
    world.must('ip -n apart.a2 route add 10.61.0.2 via 10.61.0.1 && ip -n apart.o1 route add 10.62.0.3 via 10.62.0.1');
    expect(await Promise.all([probe(world, 'apart.a2', 'http://10.61.0.2'), probe(world, 'apart.o1', 'http://10.62.0.3')])).toEqual([
      'timeout',
      'timeout',
    ]);
    world.mustTopo('apply', '--yes');
  });

  it('sees a port that is not isolated any more, and mends it', () => {
    world.must('bridge link set dev port2 isolated off');
    expect(world.mustTopo('plan')).toContain('peer_isolated: false -> true');
    expect(world.mustTopo('plan', '--format', 'shell')).toContain('ip link set dev port2 type bridge_slave isolated on');
    world.mustTopo('apply', '--yes');
    expect(world.must('bridge -d link show dev port2')).toContain('isolated on');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('opens in place, and closes again', async () => {
    world.file('topo.yaml', LAB.replace(' icc: false, bridge_name', ' icc: true, bridge_name'));
    world.mustTopo('apply', '--yes');
    expect(await probe(world, 'apart.a2', 'http://10.61.0.2')).toBe('a1 sees 10.61.0.3');
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(await probe(world, 'apart.a2', 'http://10.61.0.2')).toBe('timeout');
  });
});
