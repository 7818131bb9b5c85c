/** Who has an address, or which MAC address he has, is known to his neighbours as soon as an apply has ended: not when what they knew before runs out. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { World } from '../world.js';

const FAMILIES = ['ipv4', 'ipv6'] as const;

interface Places {
  readonly b?: number;
  readonly c?: number;
  readonly gateway?: number;
  readonly mac?: string;
  readonly more?: string;
}

const lab = ({ b = 20, c = 30, gateway = 1, mac = '02:00:00:00:00:20', more = '' }: Places): string => `name: lab
networks:
  n: { subnet: [10.61.0.0/24, 'fd61::/64'], gateway: [10.61.0.${gateway}, 'fd61::${gateway}'] }
  outer: { external: true, bridge_name: br-ext, subnet: [10.64.0.0/24, 'fd64::/64'] }
nodes:
  a: { networks: { n: { ipv4_address: 10.61.0.10, ipv6_address: 'fd61::10' } } }
  b:
    networks:
      n: { ipv4_address: 10.61.0.${b}, ipv6_address: 'fd61::${b}', mac_address: '${mac}' }
      outer: { ipv4_address: 10.64.0.${b}, ipv6_address: 'fd64::${b}' }
  c:
    networks:
      n: { ipv4_address: 10.61.0.${c}, ipv6_address: 'fd61::${c}' }
      outer: { ipv4_address: 10.64.0.${c}, ipv6_address: 'fd64::${c}' }
    interfaces: { eth0: { addresses: [10.61.0.${c + 100}/24, 'fd61::${c + 100}/64'] } }
${more}links:
  - endpoints:
      - { node: a, interface: eth9, ipv4_address: 10.70.0.1/24, ipv6_address: 'fd70::1/64' }
      - { node: b, interface: eth9, ipv4_address: 10.70.0.2/24, ipv6_address: 'fd70::2/64', mac_address: '${mac.replace(/..$/, '99')}' }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.must(
    'ip link add br-ext type bridge && ip addr add 10.64.0.1/24 dev br-ext && ip addr add fd64::1/64 dev br-ext nodad && ip link set br-ext up',
  );
  apply({});
});
afterAll(() => world.dispose());

const apply = (places: Places): void => void world.mustTopo('apply', '--yes', '--quiet', world.file('topo.yaml', lab(places)));
const macOf = (netns: string, dev: string): string =>
  world
    .must(`${netns === '' ? 'ip' : `ip -n ${netns}`} -br link show ${dev}`)
    .trim()
    .split(/ +/)[2] ?? '';

interface Way {
  /** '' is the host. */
  readonly from: string;
  readonly to: string;
  readonly at: readonly [netns: string, dev: string];
}

/** Each answers at the first packet, by the MAC address of who has it now. */
function expectKnown(ways: readonly Way[]): void {
  const known = ways.map(({ from, to }) => {
    const run = from === '' ? '' : `ip netns exec ${from} `;
    const { stdout } = world.sh(`${run}ping -n -c 1 -W 1 ${to} | grep -c 'bytes from'; ${run}ip neigh show ${to}`);
    return `${from} ${to} ${stdout.split('\n', 1)[0]} ${/lladdr (\S+)/.exec(stdout)?.[1]}`;
  });
  expect(known).toEqual(ways.map(({ from, to, at }) => `${from} ${to} 1 ${macOf(...at)}`));
}

const both = (from: string, host: number, at: Way['at'], net = 61): readonly Way[] =>
  FAMILIES.map((family) => ({ from, to: family === 'ipv4' ? `10.${net}.0.${host}` : `fd${net}::${host}`, at }));
const bridge = (): string => /(br-[\da-f]{8})/.exec(world.must('ip -br link show type bridge'))?.[1] ?? '';

describe('neighbours know at once', () => {
  test('who has the addresses that two nodes have swapped: other nodes, the host, and what is on somebody’s own bridge', () => {
    const ways = (b: Way['at'][0], c: Way['at'][0]): readonly Way[] => [
      ...['lab.a', ''].flatMap((from) => [...both(from, 20, [b, 'eth0']), ...both(from, 30, [c, 'eth0'])]),
      ...[...both('', 20, [b, 'eth1'], 64), ...both('', 30, [c, 'eth1'], 64)],
    ];
    expectKnown(ways('lab.b', 'lab.c'));
    apply({ b: 30, c: 20 });
    expectKnown(ways('lab.c', 'lab.b'));
    apply({});
    expectKnown(ways('lab.b', 'lab.c'));
  });

  test('a new MAC address, with all addresses of the interface, on a network and on a link', () => {
    const ways = [...both('lab.a', 20, ['lab.b', 'eth0']), ...both('', 20, ['lab.b', 'eth0']), ...both('lab.a', 2, ['lab.b', 'eth9'], 70)];
    expectKnown(ways);
    apply({ mac: '02:00:00:00:01:20' });
    expect(macOf('lab.b', 'eth0')).toBe('02:00:00:00:01:20');
    expectKnown(ways);
    apply({});
    expectKnown(ways);
  });

  test('a gateway that has got the address of a node, and the node that of the gateway', () => {
    expectKnown([...both('lab.a', 1, ['', bridge()]), ...both('lab.a', 20, ['lab.b', 'eth0'])]);
    apply({ gateway: 20, b: 1 });
    expectKnown([...both('lab.a', 20, ['', bridge()]), ...both('lab.a', 1, ['lab.b', 'eth0'])]);
    apply({});
    expectKnown([...both('lab.a', 1, ['', bridge()]), ...both('lab.a', 20, ['lab.b', 'eth0'])]);
  });

  test('a new node with an address that another one had, until an apply before, as a second one of its interface', () => {
    expectKnown(both('lab.a', 130, ['lab.c', 'eth0']));
    apply({ c: 40 });
    apply({
      c: 40,
      more: `  d: { networks: { n: { ipv4_address: 10.61.0.50 } }, interfaces: { eth0: { addresses: [10.61.0.130/24, 'fd61::130/64'] } } }\n`,
    });
    expectKnown(both('lab.a', 130, ['lab.d', 'eth0']));
  });
});

test('what an apply that fails is rolled back to is announced, too', () => {
  const failing = lab({ b: 30, c: 20 }).replace('nodes:\n', "nodes:\n  f: { exec: ['false'] }\n");
  apply({});
  expectKnown(both('lab.a', 20, ['lab.b', 'eth0']));
  const { status, stderr } = world.topo(['apply', '--yes', world.file('failing.yaml', failing)]);
  expect([status, stderr]).toEqual([1, expect.stringContaining('Rolling back')]);
  expectKnown([...both('lab.a', 20, ['lab.b', 'eth0']), ...both('', 30, ['lab.c', 'eth0']), ...both('', 20, ['lab.b', 'eth1'], 64)]);
});

test('on a new network, where nobody knows anything, nothing is announced', () => {
  const text =
    'name: fresh\nnetworks: { f: { subnet: [10.66.0.0/24, "fd66::/64"] } }\nnodes: { x: { networks: [f] }, y: { networks: [f] } }\n';
  const { actions } = JSON.parse(world.mustTopo('plan', '--json', world.file('fresh.yaml', text))) as {
    readonly actions: readonly { readonly finish: readonly { readonly op: string }[] }[];
  };
  expect(actions.flatMap(({ finish }) => finish.map(({ op }) => op))).not.toContain('announce');
});

test('of many nodes that come to a network at once, only those are announced whose addresses others have had', () => {
  const text = (first: string, more: number): string =>
    `name: many\nnetworks: { f: { subnet: 10.67.0.0/24 } }\nnodes:\n  ${first}: { networks: { f: 10.67.0.2 } }\n` +
    Array.from({ length: more }, (_, i) => `  n${i}: { networks: { f: 10.67.0.${i + 10} } }\n`).join('');
  world.mustTopo('apply', '--yes', '--quiet', world.file('many.yaml', text('x', 0)));
  const { actions } = JSON.parse(world.mustTopo('plan', '--json', world.file('many.yaml', text('y', 100)))) as {
    readonly actions: readonly { readonly finish: readonly { readonly op: string; readonly address?: string }[] }[];
  };
  const announced = actions.flatMap(({ finish }) => finish).filter(({ op }) => op === 'announce');
  expect(announced.map(({ address }) => address)).toEqual(['10.67.0.2']);
});
