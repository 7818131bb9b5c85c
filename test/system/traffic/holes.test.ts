/** Ways in and out that must not be there: each is tried by somebody who sets the routes by hand. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { probe } from './probe.js';

const LAB = `
name: holes
networks:
  a: { subnet: 10.61.0.0/24 }
  inner: { subnet: [10.63.0.0/24, 'fd63::/64'], internal: true }
nodes:
  a1: { networks: { a: 10.61.0.2 }, ports: ['8080:80'] }
  i1: { networks: { inner: { ipv4_address: 10.63.0.2, ipv6_address: 'fd63::2' } } }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all([world.serve('outside', 80, 'lan'), world.serve('holes.a1', 80, 'a1'), world.serve(null, '127.0.0.5:7000', 'local')]);
});
afterAll(() => world.dispose());

describe('an internal network', () => {
  it('has no way out for a node that sets a default route by hand', async () => {
    for (const from of ['ping 10.99.0.1', 'http://10.99.0.1', 'ping fd99::1'])
      expect(await probe(world, 'holes.i1', from)).toBe('unreachable');
    world.must('ip -n holes.i1 route add default via 10.63.0.1 && ip -n holes.i1 -6 route add default via fd63::1');
    world.must('ip -n outside route add 10.63.0.0/24 via 10.99.0.2 && ip -n outside -6 route add fd63::/64 via fd99::2');
    const results = ['ping 10.99.0.1', 'http://10.99.0.1', 'ping fd99::1', 'http://10.61.0.2'].map((to) => probe(world, 'holes.i1', to));
    expect(await Promise.all(results)).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    const inward = ['ping 10.63.0.2', 'ping fd63::2'].map((to) => probe(world, 'outside', to));
    expect(await Promise.all(inward)).toEqual(['timeout', 'timeout']);
  });

  it('does not keep that route', () => {
    expect(world.topo(['plan', '--detailed-exitcode']).status).toBe(2);
    world.mustTopo('apply', '--yes');
    expect(world.must('ip -n holes.i1 route show default')).toBe('');
  });
});

describe('what is not published', () => {
  const ACCEPTING = `table inet accepting {
    chain raw { type filter hook prerouting priority raw; policy accept; accept; }
    chain first { type filter hook forward priority -300; policy accept; accept; }
    chain beside { type filter hook forward priority filter; policy accept; ct state new accept; }
    chain last { type filter hook forward priority 300; policy accept; accept; }
  }`;

  it('is not reached from outside because chains of others accept it, before topo’s and behind it, by iptables and by nft', async () => {
    world.must('ip -n outside route add 10.61.0.0/24 via 10.99.0.2');
    await world.serve('holes.a1', 81, 'unpublished');
    world.must(`iptables-nft -P FORWARD ACCEPT && iptables-nft -I FORWARD -j ACCEPT && nft -f ${world.file('accepting.nft', ACCEPTING)}`);
    const targets = ['http://10.61.0.2:81', 'ping 10.61.0.2', 'http://10.99.0.2:8080'];
    const results = await Promise.all(targets.map((to) => probe(world, 'outside', to)));
    expect(results).toEqual(['timeout', 'timeout', 'a1 sees 10.99.0.1']);
    expect(await probe(world, null, 'http://10.61.0.2:81')).toBe('unpublished sees 10.61.0.1');
    world.must('nft delete table inet accepting && iptables-nft -F && ip -n outside route del 10.61.0.0/24');
  });
});

describe('services of the host on a loopback address', () => {
  const URL = 'http://127.0.0.5:7000';
  const GUARD = 'inet topo_holes loopback-guard';

  beforeAll(() => {
    const by = 'ip netns exec holes.a1';
    world.must(`${by} sysctl -w net.ipv4.conf.all.route_localnet=1 && ${by} ip route del table local 127.0.0.0/8 dev lo`);
    world.must(`${by} ip route add 127.0.0.5 via 10.61.0.1 src 10.61.0.2`);
  });

  it('are not reached by a node, while the host reaches its port by 127.0.0.1', async () => {
    expect(await probe(world, null, URL)).toBe('local sees 127.0.0.1');
    expect(await probe(world, 'holes.a1', URL)).toBe('timeout');
    expect(await probe(world, null, 'http://127.0.0.1:8080')).toBe('a1 sees 10.61.0.1');
  });

  it('would be reached without the guard: it is needed', async () => {
    world.must(`nft flush chain ${GUARD}`);
    expect(await probe(world, 'holes.a1', URL)).toBe('local sees 10.61.0.2');
    world.mustTopo('apply', '--yes');
    world.must('ip -n holes.a1 route replace 127.0.0.5 via 10.61.0.1 src 10.61.0.2');
    expect(await probe(world, 'holes.a1', URL)).toBe('timeout');
  });
});

describe('a published port that is taken out of the file', () => {
  it('is refused at once, and no rule is left', async () => {
    expect(await probe(world, 'outside', 'http://10.99.0.2:8080')).toBe('a1 sees 10.99.0.1');
    world.file('topo.yaml', LAB.replace(", ports: ['8080:80']", ''));
    world.mustTopo('apply', '--yes');
    expect(await probe(world, 'outside', 'http://10.99.0.2:8080')).toBe('refused');
    expect(await probe(world, null, 'http://127.0.0.1:8080')).toBe('refused');
    expect(world.must('nft list ruleset')).not.toMatch(/8080|dnat (ip|to)/);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });
});

describe('multicast', () => {
  const HEAR = `const s = require('dgram').createSocket({ type: 'udp4', reuseAddr: true });
s.on('message', (m, from) => console.log(m + ' from ' + from.address));
s.bind(5353, () => { s.addMembership(process.argv[1], '10.99.0.1'); console.log('listening'); });`;
  const SEND = `const s = require('dgram').createSocket('udp4');
s.bind(0, () => { s.setMulticastTTL(8); s.setMulticastInterface(process.argv[1]); s.send(process.argv[2], 5353, process.argv[3], () => s.close()); });`;
  /** The host as a multicast router for one group, as its routing daemon would set it up (linux/mroute.h). */
  const ROUTE = `
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IGMP)
MRT_INIT, MRT_ADD_VIF, MRT_ADD_MFC, VIFF_USE_IFINDEX = 200, 202, 204, 8
s.setsockopt(socket.IPPROTO_IP, MRT_INIT, 1)
for i, name in enumerate(sys.argv[2:]):
    s.setsockopt(socket.IPPROTO_IP, MRT_ADD_VIF, struct.pack('HBBIi4x', i, VIFF_USE_IFINDEX, 1, 0, socket.if_nametoindex(name)))
thresholds = bytes([0, 1] + [0] * 30)
addresses = socket.inet_aton('10.61.0.2') + socket.inet_aton(sys.argv[1])
s.setsockopt(socket.IPPROTO_IP, MRT_ADD_MFC, addresses + struct.pack('H32s2x', 0, thresholds) + bytes(16))
print('routing', flush=True)
time.sleep(3600)`;

  async function heard(group: string): Promise<string> {
    const listener = await world.background('outside', [process.execPath, '-e', HEAR, group], 'listening');
    let text = '';
    listener.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    for (const [netns, address, word] of [
      ['holes.a1', '10.61.0.2', 'node'],
      [null, '10.99.0.2', 'host'],
    ] as const)
      await world.later(netns, `${process.execPath} -e "${SEND}" ${address} ${word} ${group}`);
    for (let i = 0; i < 500 && !text.includes('host'); i += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    return text;
  }

  it('of a node does not leave its network', async () => {
    expect(await heard('224.0.0.251')).toBe('host from 10.99.0.2\n');
  });

  it('that the host routes keeps the address of its node: it is not masqueraded', async () => {
    const name = /^\d+: (\S+?):/.exec(world.must('ip -o link show topo.holes.a'))?.[1] ?? '';
    world.must('ip -n outside route add 10.61.0.0/24 via 10.99.0.2');
    await world.background(null, ['python3', world.file('route.py', ROUTE), '239.1.2.3', name, 'lan0'], 'routing');
    expect(await heard('239.1.2.3')).toBe('node from 10.61.0.2\nhost from 10.99.0.2\n');
  });
});
