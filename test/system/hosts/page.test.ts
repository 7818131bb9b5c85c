/** docs/hosts.md: its lab is applied, and each row of its tables is tried. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../calico/capture.js';
import { probe } from '../traffic/probe.js';
import { placesOf, Rows, type Row } from '../traffic/rows.js';
import { ROOT, TOPO, World } from '../world.js';

const page = readFileSync(join(ROOT, 'docs/hosts.md'), 'utf8');
const file = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
const table = [...page.matchAll(/^\| `(\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);
const places = placesOf('racks');
// It lives in another's namespace, and `ip netns` knows only that.
const netnsOf = (name: string): string | null => places(name === 'agent' ? 'h1' : name);

const SERVERS: readonly (readonly [node: string, where: string])[] = [
  ['a1', '80,81,udp:53'],
  ...['a2', 'i1', 'o1', 'b1', 'b2', 'c1', 'm1', 'peer', 'lan'].map((node) => [node, '80,81'] as const),
];

const commands = /```sh\n(.*?)```/s.exec(page)?.[1] ?? '';

async function machine(bridgeNetfilter: number | null): Promise<World> {
  const world = await World.create();
  world.outside();
  world.file('topo.yaml', file);
  world.mustTopo('apply', '--yes');
  const set = `sysctl -w net.bridge.bridge-nf-call-iptables=${bridgeNetfilter} net.bridge.bridge-nf-call-ip6tables=${bridgeNetfilter}`;
  if (bridgeNetfilter !== null) for (const host of ['h1', 'h2', 'h3']) world.must(`ip netns exec racks.${host} ${set}`);
  await Promise.all(SERVERS.map(([node, where]) => world.serve(netnsOf(node), where, node)));
  return world;
}

/** Traffic between ports of one bridge passes a host's rules with br_netfilter, and does not without: the same must come of it. */
const settings = existsSync('/proc/sys/net/bridge') ? [0, 1] : [null];

describe.each(settings)('the tables of docs/hosts.md, bridge-nf-call-iptables %s', (bridgeNetfilter) => {
  let world: World;
  const rows = new Rows(table, netnsOf);

  beforeAll(async () => {
    world = await machine(bridgeNetfilter);
    await rows.run(world);
  }, 60_000);
  afterAll(() => world.dispose());

  it('are read row by row', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('|') && !/^\| (from|-)/.test(line));
    expect(table).toHaveLength(lines.length);
  });

  rows.test();

  it('are of a host that lets nobody send for others (`antispoof`), and nobody in to what is for 127.0.0.0/8', async () => {
    const { stop } = await capture(world, 'racks.peer', 'eth0', 'icmp');
    const sending = (from: string, address: string): void =>
      void world.in(
        `racks.${from}`,
        `ip addr add ${address}/32 dev lo; ping -c 1 -W 1 -I ${address} 192.168.51.99; ip addr del ${address}/32 dev lo`,
      );
    sending('a1', '172.24.0.77');
    sending('o1', '172.24.0.78');
    expect(await stop()).toEqual([expect.stringContaining('172.24.0.78 > 192.168.51.99'), expect.stringContaining('> 172.24.0.78')]);
    // A port of a1 is published on 127.0.0.1, and so its bridge takes packets for there (`route_localnet`).
    await world.serve('racks.h1', '127.0.0.5:7000', 'local');
    world.must(
      'ip -n racks.a1 route add 127.0.0.5 via 172.21.0.1 src 172.21.0.10 table local; ip -n racks.a1 route del local 127.0.0.0/8 table local',
    );
    world.must('ip netns exec racks.a1 sysctl -qw net.ipv4.conf.eth0.route_localnet=1');
    expect(await probe(world, 'racks.a1', 'http://127.0.0.5:7000')).toBe('timeout');
    expect(await probe(world, 'racks.h1', 'http://127.0.0.5:7000')).toContain('local');
    world.must('ip netns exec racks.h1 nft flush chain inet topo_racks loopback-guard');
    expect(await probe(world, 'racks.a1', 'http://127.0.0.5:7000')).toBe('local sees 172.21.0.10');
    world.must('ip -n racks.a1 route add local 127.0.0.0/8 dev lo table local proto kernel src 127.0.0.1');
    world.must('ip -n racks.a1 route del 127.0.0.5 table local; ip netns exec racks.a1 sysctl -qw net.ipv4.conf.eth0.route_localnet=0');
    world.mustTopo('apply', '--yes');
  });

  it('leave nothing for a plan to do, and the commands of the page work', () => {
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
    world.file('topo', `#!/bin/sh\nexec ${process.execPath} ${TOPO} "$@"\n`);
    expect(world.must(`chmod +x topo && export PATH=$PWD:$PATH && set -ex\n${commands}`)).toContain('chain published');
  });
});
