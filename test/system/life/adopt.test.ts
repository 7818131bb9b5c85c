/** `--adopt`: what somebody made by hand becomes the lab's as it is; what is in use goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { byHand } from './by-hand.js';
import { connection } from './connection.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());
afterEach(() => {
  world.mustTopo('destroy', '--yes', '--lab', 'shop');
  expect(world.must('ip netns list; ip -br link | grep -v ^lo; true')).toBe('');
});

/** With a server that somebody is connected to. */
const BY_HAND = `${byHand()}
ip -n n2 link set other up
ip -n n2 route add 10.56.0.0/16 via 10.8.0.3
ip netns exec n2 sysctl -qw net.ipv4.ip_forward=0
`;

const FILE = `name: shop
networks:
  lan: { subnet: 10.8.0.0/24, bridge_name: br0, mtu: 1500 }
nodes:
  web:
    netns: n2
    networks: { lan: { ipv4_address: 10.8.0.2, host_interface: v2 } }
    rules: [{ from: 10.8.0.2, table: 7, priority: 70 }]
    sysctls: { net.ipv4.ip_default_ttl: 63 }
  db:
    netns: n3
    networks: { lan: { ipv4_address: 10.8.0.3, host_interface: v3 } }
`;

const indexes = () =>
  ['-n n2', '-n n3', ''].map((where) =>
    (JSON.parse(world.must(`ip ${where} -j link`)) as { ifname: string; ifindex: number }[]).map(({ ifname, ifindex }) => [
      ifname,
      ifindex,
    ]),
  );

describe('a bridge, namespaces and veth pairs made by hand', () => {
  test('a policy rule that topo put there goes when the file no longer has it; one that was there before stays', () => {
    world.must(BY_HAND);
    const two = FILE.replace('priority: 70 }]', 'priority: 70 }, { from: 10.8.0.7, table: 8, priority: 71 }]');
    world.mustTopo('apply', '--adopt', '--yes', world.file('topo.yaml', two));
    expect(world.must('ip -n n2 rule')).toMatch(/^70:.*\n71:/m);
    world.mustTopo('apply', '--yes', world.file('topo.yaml', FILE.replace(/ {4}rules: .*\n/, '')));
    const left = world.must('ip -n n2 rule');
    expect(left).toContain('70:');
    expect(left).not.toContain('71:');
    expect(world.mustTopo('plan')).toContain('No changes.');
  });

  test('are in the way without it, and the error says what helps', () => {
    world.must(BY_HAND);
    const { status, stderr } = world.topo(['apply', '--yes', world.file('topo.yaml', FILE)]);
    expect(status).toBe(1);
    expect(stderr).toContain("a network namespace named n2 exists already and is not marked as topo's");
    expect(stderr).toContain("a link named br0 exists already and is not marked as topo's");
    expect(stderr).toContain('topo apply --adopt takes it over');
    expect(world.must('ip -n n2 -j link show lo')).not.toContain('topo:');
    world.must('ip netns del n2; ip netns del n3; ip link del br0');
  });

  test('become the lab’s as they are: indexes, a connection and what the file does not have stay', async () => {
    world.must(BY_HAND);
    world.file('topo.yaml', FILE);
    await world.serve('n2', 'udp:7', 'echo');
    const client = await connection(world, 'n3', 'n2', '10.8.0.2');
    const ping = world.later('n3', 'ping -q -i 0.002 -c 3000 10.8.0.2');
    const before = indexes();
    const plan = world.mustTopo('plan', '--adopt');
    expect(plan).toContain('= adopt (take over as it is');
    expect(plan).toMatch(/^ {2}= netns n2 \(node web\)/m);
    expect(plan).toMatch(/^ {2}= bridge br0/m);
    expect(plan).toMatch(/^ {2}= veth n2:eth0 <-> host:v2/m);
    expect(plan).toMatch(/^ {2}= route default via 10\.8\.0\.1 dev eth0 in n2/m);
    expect(plan).not.toMatch(/\bn2:other\b|dev other\b|10\.55|10\.56/);
    expect(plan).not.toMatch(/^ +(-|-\/\+) (?!sysctl)/m);
    expect(plan).toMatch(/^Plan: 7 to adopt, \d+ to add, \d+ to change, 0 to destroy\.$/m);
    expect(JSON.parse(world.mustTopo('plan', '--adopt', '--json'))).toMatchObject({ summary: { adopt: 7 } });
    expect(world.mustTopo('apply', '--adopt', '--yes')).toMatch(/^Apply complete! Resources: 7 adopted, /m);
    expect(indexes()).toEqual(before);
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must('ip -n n2 -br addr show dev other; ip -n n2 route')).toMatch(
      /10\.55\.0\.1\/24[\s\S]*10\.56\.0\.0\/16 via 10\.8\.0\.3/,
    );
    client.stdin!.write('again\n');
    await new Promise<void>((resolve) =>
      client.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes('echo again') && resolve()),
    );
    const lost = / ([\d.]+)% packet loss/.exec((await ping).stdout);
    expect(Number(lost?.[1])).toBe(0);
    // A namespace lives on while somebody is in it.
    world.must('for n in n2 n3; do ip netns pids $n | xargs -r kill -9 || :; done');
  });

  test('killed anywhere, it is taken over by the next one, and never emptied', () => {
    world.must(BY_HAND);
    world.file('topo.yaml', FILE);
    for (const kill of ['before', 'after']) {
      if (kill === 'after') world.must('ip -n n2 link set lo alias ""');
      world.mustTopo('apply', '--adopt', '--yes');
    }
    expect(world.must('ip -n n2 -j link show lo')).toContain('"adopted:shop.web"');
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must('ip -n n2 -br link')).toContain('other');
    // What somebody adds later is no business of the lab's either; what stands on a link of the file is.
    world.must('ip -n n2 link add more type bridge; ip -n n2 addr add 10.9.9.9/24 dev eth0');
    const plan = world.mustTopo('plan');
    expect(plan).toContain('address 10.9.9.9/24 on n2:eth0');
    expect(plan).not.toContain('more');
    expect(world.mustTopo('plan', world.file('empty.yaml', FILE.replace(/ {2}web:[\s\S]*? {2}db:/, '  db:')))).toContain(
      'it was adopted, and goes with all that is in it',
    );
  });

  test('reverted, it is in the way again, and status tells why', async () => {
    world.must(BY_HAND);
    world.file('topo.yaml', FILE);
    world.mustTopo('apply', '--adopt', '--yes', '--confirm', '1s');
    for (const deadline = Date.now() + 60_000; world.sh('[ -e /run/topo/pending/shop ]').status === 0;) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { status, stdout, stderr } = world.topo(['status']);
    expect([status, stdout, stderr]).toEqual([
      1,
      expect.stringMatching(/^The last apply was not confirmed, and was reverted at .*All is as it was before\.$/m),
      expect.stringContaining('[foreign-netns]'),
    ]);
    world.mustTopo('apply', '--adopt', '--yes');
  });

  test('a saved plan takes over what was shown', () => {
    world.must(BY_HAND);
    world.file('topo.yaml', FILE);
    world.mustTopo('plan', '--adopt', '--out', 'plan.json');
    expect(world.mustTopo('apply', 'plan.json')).toContain('7 adopted');
  });
});

describe('what cannot be taken over', () => {
  test('is an error that says why', () => {
    world.must(
      'ip link add br0 type veth peer name br1; ip link add v3 type bridge; ip netns add n2; ip -n n2 link set lo alias topo:other/web',
    );
    const { status, stderr } = world.topo(['plan', '--adopt', world.file('topo.yaml', FILE)]);
    expect(status).toBe(1);
    expect(stderr).toContain('it is a veth and no bridge, and cannot be taken over');
    expect(stderr).toContain('a link named v3 exists already');
    expect(stderr).toContain('it is a bridge and no veth');
    expect(stderr).toContain('a network namespace named n2 exists already and belongs to the lab other');
    expect(stderr).toContain('hint: choose another name; topo destroy --lab other removes the lab other');
    world.must('ip link del br0; ip link del v3; ip netns del n2');
  });

  test('a veth whose other end is elsewhere, or has another name', () => {
    world.must('ip netns add n2; ip link add v2 type veth peer name eth7 netns n2');
    const { stderr } = world.topo(['plan', '--adopt', world.file('topo.yaml', FILE)]);
    expect(stderr).toContain('topo apply --adopt takes it over if it is the veth between n2:eth0 and host:v2');
    world.must('ip link del v2; ip netns del n2');
  });

  test('what would have to be made anew', () => {
    world.must('ip link add p0 type veth peer name p1; ip link set p0 up; ip link set p1 up');
    world.must('ip netns add n2; ip link add link p0 name eth0 netns n2 type macvlan mode passthru');
    const file = `name: shop\nnetworks: { lan: { driver: macvlan, parent: p0, subnet: 10.8.0.0/24 } }\nnodes: { web: { netns: n2, networks: [lan] } }\n`;
    const { status, stderr } = world.topo(['plan', '--adopt', world.file('topo.yaml', file)]);
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('macvlan n2:eth0 on host:p0 cannot be taken over as it is: mode is passthru, not bridge'),
    });
    world.must('ip netns del n2; ip link del p0');
  });
});
