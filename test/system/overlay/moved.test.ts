/** A node that moves to another host, and a host that somebody deletes: connections of all others go on. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { until } from '../routing/until.js';
import { Conversation } from '../traffic/conversation.js';
import { World } from '../world.js';

const lab = (driver: string, hostOfD = 'h1'): string => `name: span
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  net: { driver: ${driver}, subnet: 10.32.0.0/16, underlay: lan }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
  h3: { networks: { lan: 192.168.50.13 } }
nodes:
  a: { host: h1, networks: [net] }
  b: { host: h2, networks: [net] }
  c: { host: h3, networks: [net] }
  d: { host: ${hostOfD}, networks: [net] }
`;

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const addressOf = (node: string): string => /inet (\S+)\//.exec(world.must(`ip -n span.${node} -4 addr show eth0`))?.[1] ?? '';
/** With their inodes; not that of h2, which may get the number that it had. */
const namespaces = (): readonly string[] => world.must("ls -i /run/netns | sed 's/.* span.h2$/span.h2/'").trim().split('\n');
const apply = (text: string): void => void world.mustTopo('apply', '--yes', world.file('topo.yaml', text));
const planned = (): readonly string[] =>
  (JSON.parse(world.mustTopo('plan', '--json')) as { actions: { id: string; action: string; fields: { field: string }[] }[] }).actions.map(
    ({ id, action, fields }) => [action, id, ...(action === 'update' ? fields.map(({ field }) => field) : [])].join(' '),
  );
async function reaches(from: string, to: string): Promise<void> {
  await until(world, `span.${from}`, `ping -c 1 -W 1 ${addressOf(to)}`, / 0% packet loss/, 30);
}

/** A connection from one node to another that is open, and has been used. */
async function connection(from: string, to: string): Promise<() => Promise<void>> {
  await world.serve(`span.${to}`, 80, to);
  await reaches(from, to);
  const conversation = await Conversation.open(world, `span.${from}`, addressOf(to), 80);
  const peer = addressOf(from);
  return async () => expect(await conversation.ask()).toBe(`${to} peer=${peer}`);
}

describe('a node that moves to another host', () => {
  it('is its own link, and the entries for it on each host; its address, and others’ connections, stay', async () => {
    apply(lab('vxlan'));
    const isAlive = await connection('a', 'c');
    await isAlive();
    const [before, address] = [namespaces(), addressOf('d')];
    world.file('topo.yaml', lab('vxlan', 'h2'));
    const actions = planned().map((action) => action.replace(/vx-\w+/, 'VX').replace(/ ([\da-f]{2}:){5}\w+$/, ' MAC'));
    const ofNode = ['veth:span.d/eth0', `address:span.d/eth0/${address}/16`, 'route:span.d/0.0.0.0/0'];
    expect([...actions].sort()).toEqual(
      [
        ...ofNode.flatMap((id) => [`delete ${id}`, `create ${id}`]),
        'update fdb:span.h1/VX MAC',
        `update neighbours:span.h1/VX ${address}`,
        'update fdb:span.h2/VX MAC',
        `update neighbours:span.h2/VX ${address}`,
        'update fdb:span.h3/VX MAC',
      ].sort(),
    );
    apply(lab('vxlan', 'h2'));
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    await isAlive();
    expect([namespaces(), addressOf('d')]).toEqual([before, address]);
    for (const node of ['a', 'b', 'c']) await reaches(node, 'd');
  }, 60_000);
});

describe('a node that has moved, and says nothing by itself', () => {
  const quiet = (network: string, hostOfD: string): string => `name: span
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  net: ${network}
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
  h3: { networks: { lan: 192.168.50.13 } }
defaults: { ipv6: false }
nodes:
  p: { networks: { lan: 192.168.50.99 } }
  a: { host: h1, networks: [net] }
  b: { host: h2, networks: [net] }
  c: { host: h3, networks: [net] }
  d: { host: ${hostOfD}, networks: [net] }
`;
  const lan = '{ driver: macvlan, parent: eth0, subnet: 192.168.50.0/24, ip_range: 192.168.50.128/25 }';

  it.each([
    ['vxlan', '{ driver: vxlan, subnet: 10.32.0.0/16 }', ['a', 'b', 'c']],
    ['weave', '{ driver: weave, subnet: 10.32.0.0/16 }', ['a', 'b', 'c']],
    ['macvlan', lan, ['a', 'b', 'c', 'p']],
  ] as const)(
    '%s: is reached at once by those who know where it was: what bridges and tunnels have learned is no more',
    async (_driver, network, from) => {
      apply(quiet(network, 'h1'));
      for (const node of from) await reaches(node, 'd');
      apply(quiet(network, 'h2'));
      // Within the time for which they do not ask again who has the address, and long before anything ages; the first answer ends it.
      const pings = from.map((node) => world.later(`span.${node}`, `ping -c 1 -w 5 -i 0.2 ${addressOf('d')}`));
      expect((await Promise.all(pings)).map(({ status }) => status)).toEqual(from.map(() => 0));
      expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    },
    60_000,
  );
});

describe('a host that gets another address on the network that carries weave', () => {
  const weave = (subnet: string, last: number): string =>
    `name: span
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  net: { driver: weave, subnet: ${subnet} }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.${last} } }
nodes:
  a: { host: h1, networks: [net] }
  b: { host: h2, networks: [net] }
  c: { host: h2, networks: [net] }
`;

  it.each([
    ['-4', '10.32.0.0/16'],
    ['-6', "'fd32::/64'"],
  ])(
    '%s: nodes of it that say nothing are reached at once: what the others have learned is no more',
    async (family, subnet) => {
      apply(weave(subnet, 12));
      const address = (node: string): string =>
        /inet6? ((?!fe80)\S+)\//.exec(world.must(`ip -n span.${node} ${family} addr show eth0 scope global`))?.[1] ?? '';
      for (const to of ['b', 'c']) await until(world, 'span.a', `ping -c 1 -W 1 ${address(to)}`, / 0% packet loss/, 30);
      // A node asks by its link-local address, and has none for the second in which the kernel looks whether somebody else has it.
      for (const node of ['b', 'c']) await until(world, `span.${node}`, 'ip -6 addr show dev eth0 tentative | wc -l', /^0/, 30);
      apply(weave(subnet, 22));
      // Nobody asks where they are within the time for which `a` believes that, nor does anybody else send anything.
      const pings = ['b', 'c'].map((to) => world.later('span.a', `ping -c 1 -W 1 ${address(to)}`));
      expect((await Promise.all(pings)).map(({ status }) => status)).toEqual([0, 0]);
      expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    },
    60_000,
  );
});

describe('a host whose namespace somebody deletes', () => {
  it.each(['vxlan', 'weave', 'flannel', 'calico'])(
    '%s: is made again, and nothing else is: what others have open goes on',
    async (driver) => {
      apply(lab(driver));
      const isAlive = await connection('a', 'c');
      await isAlive();
      const before = namespaces();
      // BIRD would hold it, as any process does.
      world.must('kill -9 $(ip netns pids span.h2) 2>/dev/null; ip netns delete span.h2');
      // Of others only what ended in that host: the ends of its nodes, its place on the LAN.
      const others = planned().filter((action) => !/[:/](span\.)?(h2|b|d)\b/.test(action));
      expect(others).toEqual([]);
      apply(lab(driver));
      expect(world.mustTopo('plan')).toBe(NO_CHANGES);
      await isAlive();
      expect(namespaces()).toEqual(before);
      for (const [from, to] of [
        ['b', 'a'],
        ['c', 'b'],
      ] as const)
        await reaches(from, to);
      await isAlive();
    },
    60_000,
  );
});
