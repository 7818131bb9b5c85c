/** A bridge of somebody else: nodes are attached to it, and nothing else of it is touched. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { placesOf, Rows } from './rows.js';

const LAB = `
name: external
networks:
  lan: { external: true, bridge_name: br-office, subnet: 10.80.0.0/24, gateway: 10.80.0.254 }
  same: { external: true, bridge_name: br-home, subnet: 10.81.0.0/24 }
nodes:
  one: { networks: { lan: 10.80.0.2 } }
  two: { networks: { lan: 10.80.0.3 } }
  three: { networks: { same: 10.81.0.4 } }
`;

const rows = new Rows(
  [
    ['one', 'ping 10.80.0.3', 'answer'],
    ['one', 'ping 10.80.0.254', 'answer'],
    ['one', 'http://10.80.0.9', 'printer sees 10.80.0.2'],
    ['three', 'ping 10.81.0.1', 'answer'],
    // Whose bridge it is decides whether there is a way out; no gateway is written, so there is no default route.
    ['three', 'ping 10.80.0.254', 'unreachable'],
  ],
  placesOf('external'),
);

/** One without a MAC of its own, which follows its ports, and one with one; each with a port of its owner. */
const SETUP = [
  'ip link add br-office type bridge forward_delay 0 && ip link set br-office up alias "the office"',
  'ip addr add 10.80.0.254/24 dev br-office',
  'ip netns add printer && ip link add pr0 address 02:00:00:00:00:bb type veth peer name eth0 netns printer',
  'ip link set pr0 master br-office up && ip -n printer link set eth0 up && ip -n printer addr add 10.80.0.9/24 dev eth0',
  'ip link add br-home address 02:00:00:00:00:aa type bridge forward_delay 0 && ip link add home0 address 02:00:00:00:00:cc type veth peer name home1',
  'ip link set home0 master br-home up && ip link set home1 up && ip link set br-home up && ip addr add 10.81.0.1/24 dev br-home',
];

/** Until addresses of IPv6 are not tentative any more. */
const SETTLED = 'while ip addr | grep -q tentative; do sleep 0.1; done';

let world: World;
let before: string;
let bridges: string;
const bridgeState = (): string =>
  world.must('ip -d addr show br-home; ip -d addr show br-office; bridge -d link show dev pr0').replace(/\w+_timer +[\d.]+/g, '');

beforeAll(async () => {
  world = await World.create();
  for (const command of SETUP) world.must(command);
  world.must(SETTLED);
  before = world.snapshot();
  bridges = bridgeState();
  world.file('topo.yaml', LAB);
});
afterAll(() => world.dispose());

describe('an external network', () => {
  beforeAll(async () => {
    world.mustTopo('apply', '--yes');
    await world.serve('printer', 80, 'printer');
    await rows.run(world);
  });
  rows.test();

  it('is used, and neither it nor the host is changed', () => {
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    expect(world.must('nft list ruleset')).toBe('');
    expect(world.must('sysctl -n net.ipv4.ip_forward').trim()).toBe('0');
    expect(bridgeState()).toBe(bridges);
  });

  it('has no default route but the one that is written', () => {
    expect(world.must('ip -n external.one route show default')).toContain('via 10.80.0.254');
    expect(world.must('ip -n external.three route show default')).toBe('');
  });

  it('is what it was after destroy', () => {
    world.sh('kill $(ip netns pids printer)');
    world.mustTopo('destroy', '--yes');
    expect(world.snapshot()).toBe(before);
  });

  it('that is not there is an error that names it, and nothing is made', () => {
    world.file('topo.yaml', LAB.replace('br-office', 'br-nowhere'));
    const { status, stderr } = world.topo(['apply', '--yes']);
    expect(status).toBe(1);
    expect(stderr).toContain('br-nowhere');
    expect(world.snapshot()).toBe(before);
  });
});
