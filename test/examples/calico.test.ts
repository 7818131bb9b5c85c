/** Two racks with a router between: blocks by BGP, the nodes' own packets on the wire, one hop at a time. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../system/calico/capture.js';
import { birdc, until } from '../system/routing/until.js';
import { placesOf, Rows, type Row } from '../system/traffic/rows.js';
import { ROOT } from '../system/world.js';
import { pathOf } from './example.js';
import { exampleLab } from './example-lab.js';

const HOSTS = [1, 2, 3, 4];
const [WEB1, BATCH, DB] = ['10.244.59.159', '10.244.248.52', '10.244.100.5'];

const page = readFileSync(join(ROOT, 'docs/calico.md'), 'utf8');
const table = [...page.matchAll(/^\| `(\w+)` +\| `(\S+ \S+|http\S+)` +\| (.+?) +\|$/gm)].map(([, from = '', to = '', result = '']): Row => [
  from,
  to,
  result,
]);
const rows = new Rows(table, placesOf('calico'));

describe('examples/calico', () => {
  const { world, testDestroy } = exampleLab('calico', async (machine) => {
    for (const host of HOSTS) await until(machine, `calico.h${host}`, 'ip route | grep -c bird', /^3$/m);
    await until(machine, 'calico.router', 'ip route | grep -c bird', /^4$/m);
    await machine.serve('calico.web1', 80, 'web1');
    await machine.serve('calico.db', '5432,81', 'db');
    await machine.serve('calico.client', 80, 'client');
    await rows.run(machine);
  });
  rows.test();

  it('are all rows of the table of docs/calico.md', () => {
    expect(table).toHaveLength(
      page
        .slice(page.indexOf('## Try it'))
        .split('\n')
        .filter((line) => line.startsWith('| `')).length,
    );
  });

  it('has one hop after the other: the host answers first, then the router, then the other host', () => {
    const hop = (ttl: number): string =>
      /From (\S+)/.exec(world().in('calico.web1', `ping -n -c 1 -W 2 -t ${ttl} ${DB}`).stdout)?.[1] ?? '';
    expect([hop(1), hop(2), hop(3)]).toEqual(['10.0.1.11', '10.0.1.1', '10.0.2.14']);
  });

  it('sends the nodes’ own packets between the hosts, and nothing around them', async () => {
    const { stop } = await capture(world(), 'calico.router', 'eth0', `not tcp port 179 and not arp and not ip6`);
    world().in('calico.web1', `ping -c 1 -W 2 ${DB}`);
    expect((await stop()).map((line) => /^IP (.*), id/.exec(line)?.[1] ?? line)).toEqual([
      `${WEB1} > ${DB}: ICMP echo request`,
      `${DB} > ${WEB1}: ICMP echo reply`,
    ]);
  });

  it('has in a node an address alone in its prefix, and a gateway that is nobody’s', () => {
    expect(world().in('calico.web1', 'ip -4 -o addr show eth0').stdout).toContain(`inet ${WEB1}/32 scope global eth0`);
    expect(world().in('calico.web1', 'ip route').stdout).toBe(
      'default via 169.254.1.1 dev eth0 proto 84 \n169.254.1.1 dev eth0 proto 84 scope link \n',
    );
    expect(world().in('calico.web1', 'ip neigh show 169.254.1.1').stdout).toContain('lladdr ee:ee:ee:ee:ee:ee');
    expect(world().in('calico.web1', 'cat /proc/sys/net/ipv4/ip_forward').stdout).toBe('0\n');
  });

  it('has on a host a route to each of its nodes, a blackhole, and the blocks of the others', () => {
    const cali = /dev (cali[0-9a-f]{11})/.exec(world().in('calico.h1', 'ip route').stdout)?.[1] ?? '';
    expect(
      world()
        .in('calico.h1', 'ip route')
        .stdout.split('\n')
        .map((line) => line.trim()),
    ).toEqual([
      'default via 10.0.1.1 dev eth0 proto 84',
      '10.0.1.0/24 dev eth0 proto kernel scope link src 10.0.1.11',
      '10.244.8.192/26 via 10.0.1.12 dev eth0 proto bird metric 32',
      'blackhole 10.244.59.128/26 proto 84',
      `${WEB1} dev ${cali} proto 84 scope link`,
      '10.244.100.0/26 via 10.0.1.1 dev eth0 proto bird metric 32',
      '10.244.248.0/26 via 10.0.1.1 dev eth0 proto bird metric 32',
      '',
    ]);
    const settings = [
      'ipv4.conf.CALI.proxy_arp',
      'ipv4.conf.CALI.forwarding',
      'ipv4.conf.CALI.route_localnet',
      'ipv4.neigh.CALI.proxy_delay',
      'ipv6.conf.CALI.accept_ra',
    ];
    const keys = settings.map((key) => `net.${key.replace('CALI', cali)}`).join(' ');
    expect(
      world().in('calico.h1', `sysctl -n ${keys}; cat /sys/class/net/${cali}/address; ip -o addr show ${cali}`).stdout.trim().split('\n'),
    ).toEqual([...['1', '1', '1', '0', '0'], 'ee:ee:ee:ee:ee:ee']);
  });

  it('drops what is for an address of a block that nobody has, where the block is: it does not come back by the default route', async () => {
    const [onRouter, onHost] = [
      await capture(world(), 'calico.router', 'eth0', 'icmp and host 10.244.59.170'),
      await capture(world(), 'calico.h1', 'eth0', 'icmp and host 10.244.59.170'),
    ];
    world().in('calico.web1', 'ping -c 1 -W 1 10.244.59.170');
    expect(await onRouter.stop()).toEqual([]);
    world().in('calico.batch', 'ping -c 1 -W 1 10.244.59.170');
    const [seen, ...again] = await onHost.stop();
    expect([seen, again]).toEqual([expect.stringContaining(`${BATCH} > 10.244.59.170: ICMP echo request`), []]);
  });

  it('drops what a node sends with an address that is not its own', async () => {
    const { stop } = await capture(world(), 'calico.router', 'eth0', 'icmp');
    for (const address of ['10.244.8.194', '10.9.9.9']) {
      world().in(
        'calico.web1',
        `ip addr add ${address}/32 dev lo; ping -c 1 -W 1 -I ${address} ${BATCH}; ip addr del ${address}/32 dev lo`,
      );
    }
    expect(await stop()).toEqual([]);
  });

  it('shows the sessions in `topo status`', () => {
    expect(birdc(world(), 'calico', 'h1', 'show protocols').match(/Established/g)).toHaveLength(4);
    expect(world().mustTopo('status', pathOf('calico'))).toMatch(/bgp +h2 +10\.0\.1\.12 +AS 64512 +Established/);
  });

  testDestroy();
});
