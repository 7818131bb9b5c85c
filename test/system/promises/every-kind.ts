import { hash } from '../../../src/model/names.js';

/** A lab with an object of every kind, and a second version of its file. */

export const EVERY_KIND = `name: every

networks:
  front: { subnet: [10.71.1.0/24, 'fd71:1::/64'], dns: server }
  back: { subnet: 10.71.2.0/24, dns: server, internal: true, mtu: 1400, bridge_name: ek-back }
  rack: { subnet: [10.71.3.0/24, 'fd71:3::/64'], dns: server, bridge_name: ek-rack }
  cell: { subnet: 10.71.4.0/24, icc: false }
  span: { driver: vxlan, subnet: [10.71.5.0/24, 'fd71:5::/64'], underlay: front, vni: 71, bridge_name: ek-span }

hosts:
  m1: { networks: { front: { ipv4_address: 10.71.1.20, ipv6_address: 'fd71:1::20' } } }

nodes:
  web:
    networks:
      front: { ipv4_address: 10.71.1.10, ipv6_address: 'fd71:1::10', host_interface: ek-web, interface_name: front0, aliases: [www, shared] }
      back: { ipv4_address: 10.71.2.10 }
      span: { ipv4_address: 10.71.5.10, ipv6_address: 'fd71:5::10', mac_address: '02:00:00:00:05:10' }
    hostname: web1
    ports: ['8080:80', '5300:53/udp', '127.0.0.1:8443:443']
    sysctls: { net.ipv4.conf.all.rp_filter: 2, net.ipv4.conf.front0.arp_ignore: 1 }
    neighbours: [{ address: 10.71.1.77, mac_address: '02:00:00:00:00:77', dev: front0 }]
  router:
    forwarding: true
    networks: { back: { ipv4_address: 10.71.2.2, aliases: [shared] } }
    interfaces:
      lo: { addresses: [10.71.255.1/32, 'fd71:ff::1/128'], mtu: 60000 }
    routes:
      - { to: 10.72.0.0/16, via: 10.71.2.10 }
      - { to: 10.73.0.0/16, via: 10.71.9.1, metric: 50, mtu: 1300, src: 10.71.9.2 }
      - { to: 10.74.0.0/16, type: blackhole }
      - { to: 'fd72::/64', type: unreachable }
      - { to: 10.75.0.0/16, dev: mid }
      - { to: default, via: 10.71.9.1, table: 100 }
      - { to: 'fd73::/64', via: 'fd71:9::1' }
    rules:
      - { from: 10.71.2.0/24, table: 100, priority: 1000 }
      - { iif: eth0, fwmark: 7, table: 100, priority: 1001 }
  leaf:
    ipv6: false
    extra_hosts: ['printer:192.0.2.7']
    dns: 192.0.2.53
    interfaces: { mid: { mtu: 1450 } }
    exec: ['true # leaf']
  guest:
    network_mode: 'node:router'
    run: [{ name: idle, command: [sleep, '100002'], env: { SIZE: small } }, { name: other, command: [sleep, '100003'] }]
  ground: { network_mode: host, run: [{ name: idle, command: [sleep, '100004'] }] }
  app:
    host: m1
    networks:
      rack: { ipv4_address: 10.71.3.10, host_interface: ek-app }
      span: { ipv4_address: 10.71.5.20, ipv6_address: 'fd71:5::20', mac_address: '02:00:00:00:05:20' }
    ports: ['8080:80', '5300:53/udp', '127.0.0.1:8444:443']
  zoo: { host: m1, networks: [rack, cell] }
  tenant: { host: m1, network_mode: host }
  alone: { network_mode: none, forwarding: false, routing: { static: [{ to: 10.76.0.0/16, type: blackhole }] } }

links:
  - endpoints:
      - { node: router, interface: up, ipv4_address: 10.71.9.2/30, ipv6_address: 'fd71:9::2/64' }
      - { node: host, interface: ek-up, ipv4_address: 10.71.9.1/30, ipv6_address: 'fd71:9::1/64' }
  - endpoints:
      - { node: router, interface: mid, ipv4_address: 10.71.10.1/30, mac_address: '02:00:00:00:10:01' }
      - { node: leaf, interface: mid, ipv4_address: 10.71.10.2/30 }
  - { endpoints: ['router:cut', 'leaf:cut'], state: down, mtu: 1200, rate: 100mbit }
`;

/** What is run once in its node `leaf`. */
export const LEAF_COMMAND = `exec:every.leaf/${hash(16, 'leaf', JSON.stringify(['true # leaf', {}, '/', '']), '0')}`;

const CHANGES: readonly (readonly [from: string, to: string])[] = [
  ["network_mode: 'node:router'", "network_mode: 'node:leaf'"],
  ["  ground: { network_mode: host, run: [{ name: idle, command: [sleep, '100004'] }] }\n", ''],
  [
    "env: { SIZE: small } }, { name: other, command: [sleep, '100003'] }]",
    "env: { SIZE: large } }, { name: more, command: [sleep, '100005'] }]",
  ],
  ['true # leaf', 'true # anew'],
  ['dns: server, bridge_name: ek-rack }', 'isolated: false, bridge_name: ek-rack2 }'],
  ["'5300:53/udp', '127.0.0.1:8444:443'", "'5301:53/udp'"],
  // A node and its network move to another host, which is new, and one from there to the machine.
  ["'fd71:1::20' } } }", "'fd71:1::20' } } }\n  m2: {}"],
  ['zoo: { host: m1, networks: [rack, cell] }', 'zoo: { host: m2, networks: [cell] }'],
  ['  tenant: { host: m1,', '  tenant: { host: m2,'],
  // What hosts were told they learn, of a node with another address too.
  ['driver: vxlan,', 'driver: weave,'],
  ['vni: 71', 'vni: 72'],
  ['ipv4_address: 10.71.5.20', 'ipv4_address: 10.71.5.21'],
  // A node goes, another comes, a third changes its place.
  [
    '  alone: { network_mode: none, forwarding: false, routing: { static: [{ to: 10.76.0.0/16, type: blackhole }] } }\n',
    '  fresh: { networks: [front, back], forwarding: false, routing: { static: [{ to: 10.76.0.0/16, type: unreachable }] } }\n',
  ],
  ["'fd71:1::/64'], dns: server }", "'fd71:1::/64'], dns: server, mtu: 1420 }"],
  ['ipv4_address: 10.71.1.10,', 'ipv4_address: 10.71.1.11,'],
  ['interface_name: front0', 'interface_name: front1'],
  ["'8080:80', '5300:53/udp', '127.0.0.1:8443:443'", "'8081:80'"],
  ['net.ipv4.conf.all.rp_filter: 2, net.ipv4.conf.front0.arp_ignore: 1', 'net.ipv4.conf.front1.arp_ignore: 2'],
  ["'02:00:00:00:00:77', dev: front0", "'02:00:00:00:00:78', dev: front1"],
  ['    forwarding: true\n', ''],
  [', mtu: 60000', ''],
  ['via: 10.71.9.1, metric: 50, mtu: 1300', 'via: 10.71.2.10, metric: 50, mtu: 1200'],
  [', src: 10.71.9.2', ''],
  ['type: blackhole', 'type: prohibit'],
  ['fwmark: 7', 'fwmark: 8'],
  ['    ipv6: false\n', ''],
  ['mid: { mtu: 1450 }', 'mid: { mtu: 1460, state: down }'],
  ['dns: server, internal: true, ', ''],
  ['[www, shared]', '[shared, api]'],
  ['    hostname: web1\n', ''],
  ["'printer:192.0.2.7'", "'printer:192.0.2.8'"],
  ['bridge_name: ek-back', 'bridge_name: ek-back2'],
  ["'02:00:00:00:10:01'", "'02:00:00:00:10:02'"],
  ['state: down, mtu: 1200, rate: 100mbit', 'mtu: 1300, rate: 10mbit'],
  ['10.71.9.1/30', '10.71.9.1/29'],
];

/** The same lab with nearly everything changed that can change. */
export const EVERY_KIND_CHANGED = CHANGES.reduce((text, [from, to]) => {
  if (!text.includes(from)) throw new Error(`the lab has no ${from}`);
  return text.replace(from, to);
}, EVERY_KIND);
