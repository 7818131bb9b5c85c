/** Nodes of several networks with `dns: server`: one question tells all that they may know, and nobody else is told more. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { settled } from '../promises/machine.js';
import { World } from '../world.js';
import { answerElsewhere, dig } from './dig.js';

const LAB = `
name: views
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'], dns: server }
  b: { subnet: 10.62.0.0/24, dns: server }
  inner: { subnet: 10.63.0.0/24, internal: true, dns: server }
  deep: { subnet: 10.64.0.0/24, internal: true, dns: server }
  plain: { subnet: 10.65.0.0/24 }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2', aliases: [pair, both] } } }
  a2: { networks: { a: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3', aliases: [pair] } } }
  b1: { networks: { b: { ipv4_address: 10.62.0.2, aliases: [both] } } }
  i1: { networks: { inner: 10.63.0.2 } }
  d1: { networks: { deep: 10.64.0.2 } }
  p1: { networks: { plain: 10.65.0.2 } }
  ab:
    networks: { a: { ipv4_address: 10.61.0.4, ipv6_address: 'fd61::4' }, b: { ipv4_address: 10.62.0.4, aliases: [proxy] } }
    # As near to fd61::1 as it gets: the kernel asks from here.
    interfaces: { eth0: { addresses: ['fd61::3:4/64'] } }
  ba: { networks: { b: 10.62.0.5, a: { ipv4_address: 10.61.0.5, ipv6_address: 'fd61::5' } } }
  ia: { networks: { inner: 10.63.0.6, a: { ipv4_address: 10.61.0.6, ipv6_address: 'fd61::6' } } }
  id: { networks: { inner: 10.63.0.7, deep: 10.64.0.7 } }
  idp: { networks: { inner: 10.63.0.8, deep: 10.64.0.8, plain: 10.65.0.8 } }
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

const ask = (node: string, question: string): string => dig(world, `views.${node}`, question, 5);

interface Server {
  readonly pid: string;
  readonly port: string;
}

/** By the name of its set. */
function servers(): Readonly<Record<string, Server>> {
  const lines = world.must('for p in $(pgrep -x dnsmasq); do echo "$p $(tr "\\0" " " < /proc/$p/cmdline)"; done').split('\n');
  return Object.fromEntries(
    lines.flatMap((line): [string, Server][] => {
      const name = /views\/(\S+)\.dns\/hosts/.exec(line)?.[1];
      return name === undefined ? [] : [[name, { pid: line.split(' ')[0]!, port: /--port=(\d+)/.exec(line)?.[1] ?? '53' }]];
    }),
  );
}

const pidsOf = (names: readonly string[]): readonly (string | undefined)[] => names.map((name) => servers()[name]?.pid);
const planned = (): readonly string[] =>
  (JSON.parse(world.mustTopo('plan', '--json')) as { actions: { id: string; action: string }[] }).actions.map(
    ({ id, action }) => `${action} ${id}`,
  );

describe('a node of two networks', () => {
  it.each([
    ['ab', 'a1', '10.61.0.2'],
    ['ab', 'b1', '10.62.0.2'],
    ['ab', 'b1.b', '10.62.0.2'],
    ['ab', 'a1 AAAA', 'fd61::2'],
    ['ab', 'b1 AAAA', ''],
    ['ab', 'pair', '10.61.0.2 10.61.0.3'],
    ['ab', '-x 10.62.0.2', 'b1.'],
    ['ab', '-x fd61::2', 'a1.'],
    ['ab', '+tcp b1', '10.62.0.2'],
    // Whichever of its servers it asks, by whichever family and address.
    ['ab', '@10.62.0.1 a1', '10.61.0.2'],
    ['ab', '@fd61::1 b1', '10.62.0.2'],
    ['ab', '-b fd61::4 @fd61::1 b1', '10.62.0.2'],
    ['ab', '+tcp @fd61::1 b1', '10.62.0.2'],
    ['ab', '-b 10.61.0.4 @10.62.0.1 b1', '10.62.0.2'],
    // What both networks know means what it means on the first.
    ['ab', 'both', '10.61.0.2'],
    ['ba', 'both', '10.62.0.2'],
    ['ab', 'both.b', '10.62.0.2'],
    ['ab', 'ba', '10.61.0.5'],
    ['ba', 'ab', '10.62.0.4'],
    ['ia', 'i1', '10.63.0.2'],
    ['ia', 'a1', '10.61.0.2'],
    ['id', 'd1', '10.64.0.2'],
    ['id', '-x 10.64.0.2', 'd1.'],
    ['idp', 'd1', '10.64.0.2'],
    // Of networks that it is not on.
    ['ab', 'i1', 'NXDOMAIN'],
    ['ia', 'b1', 'NXDOMAIN'],
    ['id', 'a1', 'REFUSED'],
    // The rest by the network that leads out, and by none where none does.
    ['ab', 'www.example.com', '192.0.2.80'],
    ['ab', 'nobody.example.com', 'NXDOMAIN'],
    ['ia', 'www.example.com', '192.0.2.80'],
    ['ia', '@10.63.0.1 www.example.com', '192.0.2.80'],
    ['id', 'www.example.com', 'REFUSED'],
  ])('%s asks %s: "%s"', (node, question, answer) => {
    expect(ask(node, question)).toBe(answer);
  });

  it('asks with nslookup as well', () => {
    expect(world.mustTopo('exec', 'ab', '--', 'nslookup', 'b1')).toMatch(/Name:\s+b1\nAddress: 10\.62\.0\.2\n/);
    expect(world.mustTopo('exec', 'ab', '--', 'nslookup', '10.62.0.2')).toContain('name = b1.');
  });

  it('and of an internal one asks the host’s resolvers by the network without a server', () => {
    expect(world.mustTopo('exec', 'idp', '--', 'getent', 'hosts', 'www.example.com')).toContain('192.0.2.80');
  });
});

it.each([0, 1])('is the same with bridge-nf-call-iptables %i', (value) => {
  world.must(`for f in ip ip6; do [ ! -e /proc/sys/net/bridge ] || sysctl -qw net.bridge.bridge-nf-call-\${f}tables=${value}; done`);
  for (const server of ['10.61.0.1', 'fd61::1', '10.62.0.1']) expect(ask('ab', `@${server} b1`)).toBe('10.62.0.2');
});

describe('others', () => {
  it.each([
    ['a1', 'b1', 'NXDOMAIN'],
    ['b1', 'a1', 'NXDOMAIN'],
    ['a1', 'a2', '10.61.0.3'],
    ['i1', 'd1', 'REFUSED'],
    ['i1', 'www.example.com', 'REFUSED'],
  ])('%s asks %s: "%s"', (node, question, answer) => {
    expect(ask(node, question)).toBe(answer);
  });

  it('do not learn more from the server of several networks itself, nor by another network’s address', async () => {
    const { port } = servers()['a+b']!;
    const questions = ['a1', 'b1', 'p1'].flatMap((node) => [
      ...['@10.61.0.1 b1', '+tcp @10.61.0.1 b1', '@10.62.0.1 a1', '+tcp @10.62.0.1 a1'].map((one) => [node, `-p ${port} ${one}`]),
      [node, node === 'b1' ? '@10.61.0.1 a1' : '@10.62.0.1 b1'],
    ]);
    const answers = await Promise.all(questions.map(([node, one]) => world.later(`views.${node}`, `dig +tries=1 +time=2 ${one}`)));
    expect(answers.map(({ stdout }) => /status: \w+|(timed out|no servers)/.exec(stdout)?.[1])).not.toContain(undefined);
  });

  it('may listen on port 53 themselves, and are asked by those nodes', async () => {
    await world.background(
      'views.a2',
      ['dnsmasq', '-d', '-C', '/dev/null', '-R', '-h', '--address=/own/10.9.9.9', '--log-facility=-', '--user=root', '-i', 'eth0'],
      'started',
    );
    expect(ask('ab', '@10.61.0.3 own')).toBe('10.9.9.9');
    world.must('kill $(pgrep -f "[a]ddress=/own/")');
  });
});

describe('topo', () => {
  it('has a server for each network and one for each choice of several, and is in sync', () => {
    expect(Object.keys(servers()).sort()).toEqual(['a', 'a+b', 'b', 'b+a', 'deep', 'inner', 'inner+a', 'inner+deep']);
    expect(new Set(Object.values(servers()).map(({ port }) => port)).size).toBe(5);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('does not call it a published port', () => {
    expect((JSON.parse(world.mustTopo('plan', '--json')) as { exposure?: unknown }).exposure ?? []).toEqual([]);
    world.file(
      'other.yaml',
      'name: other\nnodes: { w: { networks: { o: 10.66.0.2 }, ports: ["53:53/udp"] } }\nnetworks: { o: { subnet: 10.66.0.0/24 } }\n',
    );
    expect(world.topo(['plan', '-f', 'other.yaml']).stderr).not.toContain('host-port-taken');
  });

  it('shows what such a node is told', () => {
    const { names } = JSON.parse(world.mustTopo('show', 'ab', '--json')) as { names: Record<string, { servers: unknown }> };
    const names4 = expect.objectContaining({ a1: ['10.61.0.2', 'fd61::2'], b1: ['10.62.0.2'], 'both.b': ['10.62.0.2'] });
    expect(names['a+b']?.servers).toEqual(
      ['10.61.0.1', '10.62.0.1'].map((address) => ({ address, state: 'running', asks_host_servers: true, names: names4 })),
    );
  });
});

describe('a change of the file', () => {
  /** From the same port each time: the kernel remembers where its questions went. */
  const FLOW = '-b 10.61.0.3#5555 @10.61.0.1';
  const ONE_MORE = LAB.replace('  a2: { networks: {', '  a2: { networks: { b: 10.62.0.3,').replace(
    '  p1:',
    '  x1: { networks: { b: 10.62.0.9, inner: 10.63.0.9 } }\n  p1:',
  );

  it('makes a node one of several networks, without a restart of any server', () => {
    const all = Object.keys(servers());
    const running = pidsOf(all);
    expect(ask('a2', `${FLOW} b1`)).toBe('NXDOMAIN');
    world.file('topo.yaml', ONE_MORE);
    expect(planned()).toEqual(
      expect.arrayContaining(['create process:@lab/dns-b+inner', 'create names:host/b+inner.dns', 'update process:@lab/dns-a+b']),
    );
    world.mustTopo('apply', '--yes');
    expect(pidsOf(all)).toEqual(running);
    expect(ask('a2', 'b1')).toBe('10.62.0.2');
    expect(ask('a2', `${FLOW} b1`)).toBe('10.62.0.2');
    expect(ask('x1', 'i1')).toBe('10.63.0.2');
    expect(ask('ab', 'x1')).toBe('10.62.0.9');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('and takes it back', () => {
    const all = Object.keys(servers()).filter((name) => name !== 'b+inner');
    const running = pidsOf(all);
    world.file('topo.yaml', LAB);
    world.mustTopo('apply', '--yes');
    expect(Object.keys(servers())).toEqual(expect.not.arrayContaining(['b+inner']));
    expect(pidsOf(all)).toEqual(running);
    expect(ask('a2', `${FLOW} b1`)).toBe('NXDOMAIN');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('that fails leaves the servers as they were', async () => {
    await settled(world);
    const before = world.snapshot();
    world.file('topo.yaml', `${ONE_MORE}    run: /nowhere/at-all\n`);
    expect(world.topo(['apply', '--yes'])).toMatchObject({ status: 1 });
    expect(world.snapshot()).toBe(before);
    expect(ask('ab', 'b1')).toBe('10.62.0.2');
    expect(ask('a2', 'b1')).toBe('NXDOMAIN');
    world.file('topo.yaml', LAB);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });
});

describe('drift', () => {
  it.each([
    [
      'a killed server',
      () => `kill -9 ${servers()['a+b']!.pid}; while kill -0 ${servers()['a+b']!.pid} 2>/dev/null; do sleep 0.05; done`,
      'update process:@lab/dns-a+b',
    ],
    ['an edited file', () => 'echo 10.9.9.9 a1 >> /run/topo/names/views/a+b.dns/hosts', 'update names:host/a+b.dns'],
    ['a node that is not sent on', () => 'nft delete element inet topo_views dns-4 { 10.61.0.4 }', 'update nftables:host/topo_views'],
    ['a server that nobody is sent to', () => 'nft flush chain inet topo_views dns-a.b', 'update nftables:host/topo_views'],
  ])('is seen and put right: %s', (_what, make, action) => {
    world.must(make());
    expect(planned()).toEqual([action]);
    world.mustTopo('apply', '--yes');
    expect(ask('ab', 'b1')).toBe('10.62.0.2');
    expect(ask('ab', 'a1')).toBe('10.61.0.2');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });
});

it('somebody who has the port is named by plan', () => {
  const { port } = servers()['a+b']!;
  world.mustTopo('destroy', '--yes');
  const listener = `require('net').createServer().listen(${port}, '0.0.0.0', () => console.log('listening'))`;
  return world.background(null, [process.execPath, '-e', listener], 'listening').then((child) => {
    const { status, stderr } = world.topo(['plan']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(`needs port ${port} of 10.61.0.1`) });
    expect(stderr).toContain('[dns-port-in-use]');
    child.kill('SIGKILL');
  });
});

it('nothing is left of a lab that was destroyed', () => {
  expect(world.snapshot()).toBe(before);
  expect(servers()).toEqual({});
});

it('is the same on simulated hosts', () => {
  world.file(
    'topo.yaml',
    `
name: views
networks:
  lan: { subnet: 10.70.0.0/24, dns: server }
  wide: { driver: vxlan, subnet: 10.71.0.0/24, dns: server }
  b: { subnet: 10.62.0.0/24, dns: server }
hosts:
  h1: { networks: { lan: 10.70.0.11 } }
  h2: { networks: { lan: 10.70.0.12 } }
nodes:
  w1: { host: h1, networks: { wide: 10.71.0.2, b: 10.62.0.2 } }
  w2: { host: h2, networks: { wide: 10.71.0.3 } }
  b1: { host: h1, networks: { b: 10.62.0.3 } }
`,
  );
  world.mustTopo('apply', '--yes');
  expect(ask('w1', 'b1')).toBe('10.62.0.3');
  expect(ask('w1', 'w2')).toBe('10.71.0.3');
  expect(ask('w2', 'b1')).toBe('NXDOMAIN');
  expect(ask('w2', 'w1')).toBe('10.71.0.2');
  expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  world.mustTopo('destroy', '--yes');
  expect(world.snapshot()).toBe(before);
});
