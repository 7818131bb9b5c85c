/** What is written at the ends of its range, or as it would be anyway, is in the kernel as it is in the file (GUARANTEES.md, G2). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';

const LABS = {
  least: `name: least
networks:
  one: { subnet: 10.41.0.0/29, mtu: 68 }
  two: { subnet: 10.42.0.0/24, gateway: none, mtu: 1280 }
  v6: { subnet: ["10.43.0.0/24", "fd43::/126"], mtu: 1280 }
  over: { driver: vxlan, subnet: 10.44.0.0/24, vni: 1, port: 1 }
hosts:
  h1: { networks: [two] }
  h2: { networks: [two] }
nodes:
  a: { ipv6: false, networks: { one: { gw_priority: -2147483648 } }, interfaces: { lo: { mtu: 68 } } }
  b:
    ipv6: false
    networks: { v6: { gw_priority: 0 }, one: {gw_priority: -2147483648} }
  c: { host: h1, networks: [over] }
  d: { host: h2, networks: [over] }
  e:
    routes:
      - { to: 10.9.0.0/16, via: 10.45.0.2, metric: 0, table: 1, mtu: 68 }
      - { to: "fd09::/64", via: "fd45::2", dev: w, onlink: true, metric: 0, table: 1 }
      - { to: 10.8.0.0/16, nexthops: [ { via: 10.45.0.2, weight: 1 }, { via: 10.45.0.3, weight: 1 } ] }
    rules:
      - { from: 10.0.0.0/8, table: 1, priority: 1, fwmark: 1 }
links:
  - { endpoints: [ { node: e, interface: x, ipv4_address: 10.45.0.1/24 }, { node: a, interface: y } ], mtu: 68 }
  - { endpoints: [ { node: e, interface: w, ipv6_address: "fd46::1/127" }, { node: a, interface: u } ], mtu: 1280 }
`,
  most: `name: most
networks:
  one: { subnet: 10.41.0.0/16, mtu: 65535 }
  under: { subnet: 10.42.0.0/24, mtu: 65535 }
  v6: { subnet: ["10.43.0.0/24", "fd43::/64"], mtu: 65535 }
  over: { driver: vxlan, subnet: 10.44.0.0/24, vni: 16777215, port: 65535 }
hosts:
  h1: { networks: [under] }
  h2: { networks: [under] }
nodes:
  a: { networks: { one: { gw_priority: 2147483647 } }, interfaces: { lo: { mtu: 65535 } } }
  b:
    networks: { v6: { gw_priority: 2147483647 }, one: {gw_priority: 2147483646} }
  c: { host: h1, networks: [over] }
  d: { host: h2, networks: [over] }
  e:
    routes:
      - { to: 10.9.0.0/16, via: 10.45.0.2, metric: 4294967295, table: 4294967295, mtu: 65520 }
      - { to: "fd09::/64", via: "fd45::2", metric: 4294967295, table: 4294967295, mtu: 65520 }
      - { to: 10.8.0.0/16, nexthops: [ { via: 10.45.0.2, weight: 256 }, { via: 10.45.0.3, weight: 256 } ] }
    rules:
      - { from: 10.0.0.0/8, table: 4294967295, priority: 32765, fwmark: 4294967295 }
      - { from: "fd09::/64", table: 4294967295, priority: 32765, fwmark: 4294967295 }
links:
  - { endpoints: [ { node: e, interface: x, ipv4_address: 10.45.0.1/24, ipv6_address: "fd45::1/64" }, { node: a, interface: y } ], mtu: 65535 }
`,
  plain: `name: plain
networks:
  one: { driver: bridge, subnet: 10.41.0.0/24, mtu: 1500, masquerade: true, internal: false, isolated: true, icc: true, dns: hosts }
  under: { subnet: 10.42.0.0/24 }
  over: { driver: vxlan, subnet: 10.44.0.0/24, vni: 256, port: 4789 }
  span: { driver: flannel, subnet: 10.50.0.0/16, subnet_len: 24, backend: vxlan, vni: 1 }
hosts:
  h1: { networks: [under] }
  h2: { networks: [under] }
nodes:
  a: { networks: { one: { gw_priority: 0 } }, forwarding: false, interfaces: { lo: { state: up }, eth0: { state: up } } }
  c: { host: h1, networks: [over, span] }
  d: { host: h2, networks: [over, span] }
  e:
    routes:
      - { to: 10.9.0.0/16, via: 10.45.0.2, metric: 0, table: 254, onlink: false }
      - { to: "fd09::/64", via: "fd45::2", metric: 1024, table: 254 }
      - { to: 10.8.0.0/16, nexthops: [ { via: 10.45.0.2, weight: 1 }, { via: 10.45.0.3, weight: 1 } ] }
    rules:
      - { from: 10.0.0.0/8, table: 254, priority: 1000 }
links:
  - { endpoints: [ { node: e, interface: x, ipv4_address: 10.45.0.1/24, ipv6_address: "fd45::1/64" }, { node: a, interface: y } ], mtu: 1500, state: up }
`,
};

let world: World;
let baseline: string;
beforeAll(async () => {
  world = await World.create();
  baseline = world.snapshot();
});
afterAll(() => world.dispose());

test.each(Object.entries(LABS))('%s: applied, there is nothing to do', (_name, lab) => {
  const file = world.file('topo.yaml', lab);
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', '--detailed-exitcode', file)).toContain('No changes.');
  world.mustTopo('destroy', '--yes', file);
  expect(world.snapshot()).toBe(baseline);
});

test('what is written as it would be anyway is what there is without it', () => {
  world.mustTopo('apply', '--yes', world.file('topo.yaml', LABS.plain));
  const bare = LABS.plain
    .replace(/, (?:metric: (?:0|1024)|table: 254|onlink: false|mtu: 1500|state: up|vni: 1|port: 4789|subnet_len: 24|backend: vxlan)\b/g, '')
    .replace(', masquerade: true, internal: false, isolated: true, icc: true, dns: hosts', '')
    .replace('driver: bridge, ', '')
    .replace('{ gw_priority: 0 }', '{}')
    .replace(', weight: 1', '')
    .replace(', forwarding: false, interfaces: { lo: { state: up }, eth0: { state: up } }', '');
  expect(bare).not.toBe(LABS.plain);
  expect(world.mustTopo('plan', '--detailed-exitcode', world.file('bare.yaml', bare))).toContain('No changes.');
});
