/** What every-kind.ts has not, so that the two labs can be tried side by side: nodes on a LAN, flannel and calico on two hosts. */
export const MORE_KINDS = `name: more

networks:
  lan: { subnet: 10.72.1.0/24 }
  # The same LAN, with the addresses that are for nodes.
  wire: { driver: macvlan, parent: eth0, subnet: 10.72.1.0/24, ip_range: 10.72.1.128/25, gateway: 10.72.1.1, host_shim: 10.72.1.200 }
  pods: { driver: flannel, subnet: 10.73.0.0/16, host_subnets: { h1: 10.73.1.0/24, h2: 10.73.2.0/24 }, vni: 73, bridge_name: mk-pods }
  cells:
    driver: calico
    subnet: 10.74.0.0/16
    policy: [{ to: { app: db }, from: [{ app: web }], ports: [tcp/5432] }]

hosts:
  h1: { networks: { lan: 10.72.1.11 } }
  h2: { networks: { lan: 10.72.1.12 } }

nodes:
  m1: { host: h1, networks: { wire: { ipv4_address: 10.72.1.130, mac_address: '02:00:00:00:72:01' } } }
  m2: { host: h1, networks: { wire: 10.72.1.131 } }
  f1: { host: h1, networks: { pods: { ipv4_address: 10.73.1.10, host_interface: mk-f1 } }, ports: ['8080:80'] }
  f2: { host: h2, networks: { pods: 10.73.2.10 } }
  c1: { host: h1, networks: { cells: 10.74.1.10 }, labels: { app: web } }
  c2: { host: h2, networks: { cells: 10.74.2.10 }, labels: { app: db }, ports: ['8081:5432'] }
`;

const CHANGES: readonly (readonly [from: string, to: string])[] = [
  ['gateway: 10.72.1.1, host_shim: 10.72.1.200', 'mode: private, mtu: 1400'],
  ["mac_address: '02:00:00:00:72:01'", "mac_address: '02:00:00:00:72:02'"],
  ['{ wire: 10.72.1.131 }', '{ wire: 10.72.1.132 }'],
  ['vni: 73', 'vni: 74, direct_routing: true'],
  ['h2: 10.73.2.0/24 }', 'h2: 10.73.3.0/24 }'],
  ['{ pods: 10.73.2.10 }', '{ pods: 10.73.3.10 }'],
  ['from: [{ app: web }], ports: [tcp/5432]', 'from: [{ app: web }, 192.0.2.0/24], ports: [tcp/5432, icmp]'],
  ['host: h2, networks: { cells: 10.74.2.10 }', 'host: h2, networks: { cells: 10.74.3.10 }'],
  ["ports: ['8080:80']", "ports: ['8082:80']"],
  // A node of the calico network moves to the other host, where there was none of flannel's.
  ['  c1: { host: h1, networks: { cells: 10.74.1.10 }', '  c1: { host: h2, networks: { cells: 10.74.3.11 }'],
];

/** The same lab with another version of each. */
export const MORE_KINDS_CHANGED = CHANGES.reduce((text, [from, to]) => {
  if (!text.includes(from)) throw new Error(`the lab has no ${from}`);
  return text.replace(from, to);
}, MORE_KINDS);
