/** Several flannel networks on the same hosts: what keeps them, and their nodes, apart, and what does not. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../traffic/rows.js';
import { World } from '../world.js';

const subnets = (second: number): string =>
  `subnet: 10.${second}.0.0/16, host_subnets: { h1: 10.${second}.1.0/24, h2: 10.${second}.2.0/24 }`;

const LAB = `name: apart

networks:
  lan: { subnet: 192.168.50.0/24 }
  pods: { driver: flannel, ${subnets(11)} }
  open: { driver: flannel, vni: 2, isolated: false, masquerade: false, ${subnets(12)} }
  shy: { driver: flannel, vni: 3, icc: false, ${subnets(13)} }
  bare: { driver: flannel, vni: 4, icc: false, isolated: false, ${subnets(14)} }

hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }

nodes:
  peer: { networks: { lan: 192.168.50.99 }, routes: [{ to: 10.0.0.0/8, via: 192.168.50.11 }] }
  p1: { host: h1, networks: { pods: 10.11.1.10 } }
  p2: { host: h2, networks: { pods: 10.11.2.10 } }
  o1: { host: h1, networks: { open: 10.12.1.10 } }
  o2: { host: h2, networks: { open: 10.12.2.10 } }
  s1: { host: h1, networks: { shy: 10.13.1.10 } }
  s2: { host: h2, networks: { shy: 10.13.2.10 }, ports: ['8080:80'] }
  b1: { host: h1, networks: { bare: 10.14.1.10 } }
  b2: { host: h2, networks: { bare: 10.14.2.10 } }
`;

const places = placesOf('apart');
const rows = new Rows(
  [
    ['p1', 'http://10.11.2.10', 'p2 sees 10.11.1.10'],
    ['p1', 'http://10.12.1.10', 'o1 sees 10.12.1.1'],
    ['p1', 'http://10.12.2.10', 'o2 sees 10.12.1.0'],
    ['o1', 'http://10.12.2.10', 'o2 sees 10.12.1.10'],
    ['o1', 'http://10.11.1.10', 'timeout'],
    ['o1', 'http://10.11.2.10', 'timeout'],
    ['p1', 'http://10.13.2.10', 'timeout'],
    ['o1', 'http://192.168.50.99', 'peer sees 10.12.1.10'],
    ['peer', 'http://10.12.1.10', 'o1 sees 192.168.50.99'],
    ['peer', 'http://10.11.1.10', 'timeout'],
    ['s1', 'http://10.13.2.10', 'timeout'],
    ['s1', 'http://192.168.50.99', 'peer sees 192.168.50.11'],
    ['s1', 'http://192.168.50.12:8080', 's2 sees 192.168.50.11'],
    ['h2', 'http://10.13.2.10', 's2 sees 10.13.2.1'],
    ['b1', 'http://10.14.2.10', 'timeout'],
    ['peer', 'http://10.14.1.10', 'b1 sees 192.168.50.99'],
  ],
  places,
);

let world: World;

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
  await Promise.all(['peer', 'p1', 'p2', 'o1', 'o2', 's1', 's2', 'b1', 'b2'].map((node) => world.serve(places(node), 80, node)));
  await rows.run(world);
}, 60_000);
afterAll(() => world.dispose());

describe('flannel networks of the same hosts', () => {
  rows.test();

  it('leave nothing for a plan to do', () => {
    expect(world.mustTopo('plan', '--detailed-exitcode')).toContain('No changes');
  });
});
