/** `dns: server`: what a node is told that asks the gateway, and what it is not. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';
import { answerElsewhere, dig } from './dig.js';

const LAB = `
name: names
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], dns: server }
  b: { subnet: 10.62.0.0/24, dns: server }
  inner: { subnet: 10.63.0.0/24, internal: true, dns: server }
  plain: { subnet: 10.64.0.0/24 }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2', aliases: [web] } } }
  a2: { networks: { a: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3', aliases: [web] } } }
  ab: { networks: { a: { ipv4_address: 10.61.0.4, ipv6_address: 'fd61::4' }, b: { ipv4_address: 10.62.0.4, aliases: [proxy] } } }
  b1: { networks: { b: { ipv4_address: 10.62.0.2 } } }
  i1: { networks: { inner: 10.63.0.2 } }
  i2: { networks: { inner: 10.63.0.3 } }
  ai: { networks: { inner: 10.63.0.4, plain: 10.64.0.4 } }
`;

let world: World;
let before: string;

beforeAll(async () => {
  world = await World.create();
  await answerElsewhere(world);
  before = world.snapshot();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
}, 60_000);
afterAll(() => world.dispose());

const ask = (node: string, question: string): string => dig(world, `names.${node}`, question, 2);

describe('the server', () => {
  it.each([
    ['a1', 'a2', '10.61.0.3'],
    ['a1', 'a2 AAAA', 'fd61::3'],
    ['a1', 'a2.a', '10.61.0.3'],
    ['a1', 'web', '10.61.0.2 10.61.0.3'],
    ['a1', 'web AAAA', 'fd61::2 fd61::3'],
    ['a1', '@fd61::1 a2', '10.61.0.3'],
    ['a1', '+tcp a2', '10.61.0.3'],
    ['a1', '-x 10.61.0.3', 'a2.'],
    ['a1', '-x fd61::3', 'a2.'],
    ['i1', 'i2', '10.63.0.3'],
    ['i1', '-x 10.63.0.3', 'i2.'],
    ['ab', '@10.62.0.1 b1', '10.62.0.2'],
    ['ab', '@10.61.0.1 a1', '10.61.0.2'],
    // There is no such address, and nobody else is asked for it.
    ['b1', 'ab AAAA', ''],
    // Of other networks: not there, and not by another network's address either.
    ['b1', 'a2', 'NXDOMAIN'],
    ['b1', 'a2.a', 'NXDOMAIN'],
    ['a1', 'proxy', 'NXDOMAIN'],
    ['b1', '@10.61.0.1 a2', 'no answer'],
    ['b1', '+tcp @10.61.0.1 a2', 'no answer'],
    ['i1', '@10.61.0.1 a2', 'no answer'],
    // The host's resolvers know the rest, and nobody does on an internal network.
    ['a1', 'www.example.com', '192.0.2.80'],
    ['a1', 'nobody.example.com', 'NXDOMAIN'],
    ['i1', 'www.example.com', 'REFUSED'],
    ['i1', 'nobody', 'REFUSED'],
  ])('in %s: %s is "%s"', (node, question, answer) => {
    expect(ask(node, question)).toBe(answer);
  });

  it('is what nodes have in resolv.conf, besides names in their hosts files', () => {
    expect(world.must('cat /run/topo/names/names/a/resolv.conf')).toMatch(/^nameserver 10\.61\.0\.1\n#/);
    expect(world.must('cat /run/topo/names/names/inner/resolv.conf')).toBe('nameserver 10.63.0.1\n');
    expect(world.mustTopo('exec', 'a1', '--', 'getent', 'ahostsv4', 'web')).toContain('10.61.0.3');
    expect(world.mustTopo('exec', 'a1', '--', 'getent', 'hosts', 'www.example.com')).toContain('192.0.2.80');
  });

  it('of an internal network hands on to the host’s resolvers what the node may ask by another network', () => {
    expect(world.mustTopo('exec', 'ai', '--', 'getent', 'hosts', 'www.example.com')).toContain('192.0.2.80');
  });

  it('says no fast', () => {
    const start = performance.now();
    for (const node of ['a1', 'i1']) expect(world.topo(['exec', node, '--', 'getent', 'hosts', 'nobody'])).toMatchObject({ status: 2 });
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('topo show', () => {
  it('tells what a node resolves, by which file and which server', () => {
    const { nodes, names } = JSON.parse(world.mustTopo('show', 'b1', '--json')) as {
      nodes: { b1: { names: string } };
      names: Record<string, unknown>;
    };
    expect(nodes.b1.names).toBe('b');
    expect(names).toEqual({
      b: {
        hosts: expect.objectContaining({ b1: ['10.62.0.2'], proxy: ['10.62.0.4'] }),
        servers: [
          { address: '10.62.0.1', state: 'running', asks_host_servers: true, names: expect.objectContaining({ b1: ['10.62.0.2'] }) },
        ],
      },
    });
  });
});

describe('the process', () => {
  const pids = (): string => world.must('pgrep -x dnsmasq | sort');
  /** Besides the one that the host asks. */
  const servers = (): number => pids().trim().split('\n').length - 1;
  const planned = (): readonly string[] =>
    (JSON.parse(world.mustTopo('plan', '--json')) as { actions: { id: string; action: string }[] }).actions.map(
      ({ id, action }) => `${action} ${id}`,
    );

  it('is one for each network and one for the node on two of them, and in sync', () => {
    expect(world.mustTopo('plan')).toContain('No changes');
    expect(servers()).toBe(4);
  });

  it('reads new names without being started again', () => {
    const running = pids();
    world.file('topo.yaml', `${LAB}  a3: { networks: { a: { ipv4_address: 10.61.0.5, aliases: [web] } } }\n`);
    expect(planned()).toContain('update process:@lab/dns-a');
    world.mustTopo('apply', '--yes');
    expect(ask('a1', 'a3')).toBe('10.61.0.5');
    expect(ask('a1', 'web')).toBe('10.61.0.2 10.61.0.3 10.61.0.5');
    expect(pids()).toBe(running);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(ask('a1', 'a3')).toBe('NXDOMAIN');
    expect(pids()).toBe(running);
  });

  it('that somebody has killed is started again', () => {
    world.must('for p in $(pgrep -x dnsmasq); do ! grep -q names/a.dns /proc/$p/cmdline || kill -9 $p; done; sleep 0.3');
    expect(planned()).toEqual(['update process:@lab/dns-a']);
    world.mustTopo('apply', '--yes');
    expect(ask('a1', 'a2')).toBe('10.61.0.3');
    expect(world.mustTopo('plan')).toContain('No changes');
  });

  it('answers when the bridge was made anew', () => {
    world.must('ip link delete $(ip -o link show | grep -o "br-[0-9a-f]*" | head -n 1)');
    world.mustTopo('apply', '--yes');
    for (const [node, name, answer] of [
      ['a1', 'a2', '10.61.0.3'],
      ['b1', 'ab', '10.62.0.4'],
      ['i1', 'i2', '10.63.0.3'],
    ] as const)
      expect(ask(node, name)).toBe(answer);
    expect(world.mustTopo('plan')).toContain('No changes');
  });

  it('goes when the network has `dns: hosts`', () => {
    world.file('topo.yaml', LAB.replace('10.62.0.0/24, dns: server', '10.62.0.0/24'));
    world.mustTopo('apply', '--yes');
    expect(servers()).toBe(2);
    expect(ask('b1', '@10.62.0.1 ab')).toBe('no answer');
  });

  it('goes with the lab', () => {
    world.mustTopo('destroy', '--yes', '--lab', 'names');
    expect(servers()).toBe(0);
    expect(world.snapshot()).toBe(before);
  });
});

it('is an error of plan where dnsmasq is not installed', () => {
  world.file('topo.yaml', LAB);
  world.must('for d in /usr/sbin /usr/bin /usr/local/sbin; do [ ! -e $d/dnsmasq ] || mount --bind /dev/null $d/dnsmasq; done');
  const { status, stderr } = world.topo(['plan']);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('needs the program dnsmasq, which is not installed') });
  expect(stderr).toContain('topo.yaml:4:3: error');
  expect(stderr).toContain('apt-get install dnsmasq-base');
  world.must('for d in /usr/sbin /usr/bin /usr/local/sbin; do umount $d/dnsmasq 2>/dev/null || :; done');
});

it('works in a sandbox, where nobody may change his groups', () => {
  const topo = (...args: readonly string[]): string => world.mustTopo('--sandbox', 'dns', ...args);
  try {
    topo('apply', '--yes');
    expect(topo('exec', 'a1', '--', 'dig', '+short', 'a2')).toBe('10.61.0.3\n');
  } finally {
    world.topo(['sandbox', 'rm', 'dns']);
  }
});
