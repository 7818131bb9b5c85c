/** Things done by hand between two states, to whatever is there. */
import fc from 'fast-check';
import type { Picture } from '../machine.js';

/** What is done, and to which of the things that it can be done to. */
export interface Drift {
  readonly kind: keyof typeof KINDS;
  readonly pick: number;
}

const KINDS = {
  'link deleted': (one) => links(one).map(([at, name]) => `${at} ip link del ${name}`),
  'link set down': (one) => links(one).map(([at, name]) => `${at} ip link set ${name} down`),
  'MTU changed': (one) => links(one).map(([at, name]) => `${at} ip link set ${name} mtu 1290`),
  'MAC address changed': (one) => links(one).map(([at, name]) => `${at} ip link set ${name} address 02:00:00:00:99:99`),
  'port taken out': (one) => links(one, '"master"').map(([at, name]) => `${at} ip link set ${name} nomaster`),
  'link added': (one) => nodes(one).map(([at]) => `${at} ip link add z type bridge`),
  'address added': (one) => links(one).map(([at, name]) => `${at} ip addr add 10.250.0.1/24 dev ${name}`),
  'address deleted': (one) =>
    lines(one, 'addresses').flatMap(([at, line]) => {
      const { local, prefixlen, scope } = JSON.parse(line.slice(line.indexOf('{'))) as Record<string, string | number>;
      return scope === 'link' ? [] : [`${at} ip addr del ${local}/${prefixlen} dev ${line.split(' ')[0]}`];
    }),
  'route deleted': (one) =>
    lines(one, 'routes').flatMap(([at, line]) => {
      const { type, dst, dev, table, metric, protocol } = JSON.parse(line) as Record<string, string | number | undefined>;
      if (protocol === 'kernel' || protocol === 'bird') return [];
      const family = String(dst).includes(':') || (dst === 'default' && line.includes('"pref"')) ? '-6' : '-4';
      return [
        `${at} ip ${family} route del ${type} ${dst} table ${table}${dev === undefined ? '' : ` dev ${dev}`}${metric === undefined ? '' : ` metric ${metric}`}`,
      ];
    }),
  'routes flushed': (one) => nodes(one).map(([at]) => `${at} ip route flush table main`),
  'local routes flushed': (one) => nodes(one).map(([at]) => `${at} ip route flush table local`),
  'rules flushed': (one) => nodes(one).map(([at]) => `${at} ip rule flush`),
  'rule added': (one) => nodes(one).map(([at]) => `${at} ip rule add priority 77 table 77`),
  'rule with more words added': (one) => nodes(one).map(([at]) => `${at} ip rule add to 192.0.2.4 blackhole priority 78`),
  'route with more words added': (one) => nodes(one).map(([at]) => `${at} ip route add throw 192.0.2.0/24 tos 4`),
  'address with another end added': (one) => links(one).map(([at, name]) => `${at} ip addr add 10.250.0.3 peer 10.250.0.4 dev ${name}`),
  'port stopped': (one) => links(one, '"master"').map(([at, name]) => `${at} ip link set ${name} type bridge_slave state 0`),
  'limit taken away': (one) => limits(one).map(([at, name]) => `${at} tc qdisc del dev ${name} root`),
  'limit changed': (one) => limits(one).map(([at, name]) => `${at} tc qdisc replace dev ${name} root tbf rate 3mbit burst 9kb limit 30kb`),
  // On the machine itself it would be somebody else's.
  'limit set': (one) =>
    links(one)
      .filter(([at]) => at !== '')
      .map(([at, name]) => `${at} tc qdisc replace dev ${name} root pfifo limit 7`),
  'next hop deleted': (one) =>
    lines(one, 'routes').flatMap(([at, line]) => {
      const { dst, table, nexthops } = JSON.parse(line) as Record<string, string> & {
        readonly nexthops?: readonly Record<string, string>[];
      };
      const [first] = nexthops ?? [];
      if (first === undefined) return [];
      const family = String(dst).includes(':') ? '-6' : '-4';
      const left = (nexthops ?? []).slice(1).map(({ gateway, dev }) => `nexthop via ${gateway} dev ${dev}`);
      return [`${at} ip ${family} route change ${dst} table ${table} proto 84 ${left.join(' ')}`];
    }),
  'neighbour deleted': (one) =>
    lines(one, 'neighbours').map(([at, line]) => {
      const { dst, dev, lladdr } = JSON.parse(line) as Record<string, string | undefined>;
      return `${at} ip neigh del ${lladdr === undefined ? 'proxy ' : ''}${dst} dev ${dev}`;
    }),
  'forwarding entry deleted': (one) =>
    lines(one, 'fdb').flatMap(([at, line]) => {
      const { mac, ifname, dst } = JSON.parse(line) as Record<string, string | undefined>;
      // Of a port's own address is the kernel's.
      return dst === undefined ? [] : [`${at} bridge fdb del ${mac} dev ${ifname} self dst ${dst}`];
    }),
  'table flushed': (one) => tables(one).map(([at, name]) => `${at} nft flush table inet ${name}`),
  'table deleted': (one) => tables(one).map(([at, name]) => `${at} nft delete table inet ${name}`),
  'rule of a chain added': (one) => tables(one).map(([at, name]) => `${at} nft add rule inet ${name} forward counter drop`),
  'namespace deleted': (one) => nodes(one).map(([, name]) => `ip netns del ${name}`),
  'process killed': () => ['sleep 10000', 'bird -', 'dnsmasq '].map((name) => `pkill -KILL -o -f '^(/usr/sbin/)?${name}'`),
  'setting changed': (one) =>
    nodes(one).flatMap(([at]) =>
      [
        'net.ipv4.ip_forward=1',
        'net.ipv4.ip_forward=0',
        'net.ipv6.conf.all.forwarding=1',
        'net.ipv4.conf.all.rp_filter=1',
        'net.ipv4.ip_default_ttl=99',
      ].map((setting) => `${at} sysctl -qw ${setting}`),
    ),
  'forwarding of the machine switched off': () => ['sysctl -qw net.ipv4.ip_forward=0', 'sysctl -qw net.ipv6.conf.all.forwarding=0'],
  'file of names changed': (one) =>
    (one['host']?.files ?? []).flatMap((line) => {
      const path = /^(\/run\/topo\/names\/[^:]+):/.exec(line)?.[1];
      return path === undefined ? [] : [`echo 192.0.2.99 stranger >>'${path}'`, `rm -f '${path}'`];
    }),
  'folder of names taken away': (one) =>
    (one['host']?.files ?? []).filter((line) => line.includes(' -> ')).map((line) => `rm ${line.split(' ')[0]}`),
} satisfies Readonly<Record<string, (one: Picture) => readonly string[]>>;

type At = string;

const enter = (netns: string): At => (netns === 'host' ? '' : `nsenter --net=/run/netns/${netns}`);

/** Namespaces of nodes and of simulated hosts. */
const nodes = (one: Picture): readonly (readonly [At, string])[] =>
  Object.keys(one)
    .filter((name) => name !== 'host')
    .map((name) => [enter(name), name]);

const lines = (
  one: Picture,
  part: 'addresses' | 'routes' | 'neighbours' | 'fdb' | 'links' | 'qdiscs',
): readonly (readonly [At, string])[] =>
  Object.entries(one).flatMap(([name, parts]) =>
    // On the machine itself there is what is not the lab's too.
    parts[part].filter((line) => name !== 'host' || !/\b(lo|lan[01]|ext[012])\b/.test(line)).map((line) => [enter(name), line] as const),
  );

const links = (one: Picture, which = ''): readonly (readonly [At, string])[] =>
  lines(one, 'links')
    .filter(([, line]) => line.includes(which))
    .map(([at, line]) => [at, (JSON.parse(line) as { ifname: string }).ifname] as const)
    .filter(([, name]) => name !== 'lo');

const limits = (one: Picture): readonly (readonly [At, string])[] =>
  lines(one, 'qdiscs').flatMap(([at, line]) => {
    const dev = /^qdisc tbf .* dev (\S+) root/.exec(line)?.[1];
    return dev === undefined ? [] : [[at, dev] as const];
  });

const tables = (one: Picture): readonly (readonly [At, string])[] =>
  Object.entries(one).flatMap(([name, { nft }]) =>
    nft.flatMap((line) => {
      const table = /^table inet (topo_\w+) \{/.exec(line)?.[1];
      return table === undefined ? [] : [[enter(name), table] as const];
    }),
  );

export const anyDrift: fc.Arbitrary<readonly Drift[]> = fc.array(
  fc.record({ kind: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])), pick: fc.nat(997) }),
  { maxLength: 3 },
);

/** As commands for the machine as it is; what can be done to nothing there is not done. */
export function commandsOf(drift: readonly Drift[], now: Picture): readonly string[] {
  return drift.flatMap(({ kind, pick }) => {
    const all = KINDS[kind](now);
    return all.length === 0 ? [] : [all[pick % all.length]!];
  });
}
