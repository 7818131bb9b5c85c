/** What happens to simulated hosts as the file changes, and to what others do in them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { probe } from '../traffic/probe.js';
import { World } from '../world.js';

let world: World;
let before: string;

beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  before = world.snapshot();
});
afterAll(() => world.dispose());
afterEach(() => {
  for (const netns of world.must('ls /run/netns').split('\n').filter(Boolean)) world.sh(`kill $(ip netns pids ${netns})`);
  world.topo(['destroy', '--yes', '--lab', 'life']);
});

const NETWORKS = `name: life
networks:
  lan: { subnet: 10.50.0.0/24, masquerade: false, isolated: false }
  app: { subnet: 10.51.0.0/24 }
`;
const lab = (hosts: string, nodes: string): string => world.file('topo.yaml', `${NETWORKS}hosts:${hosts}\nnodes:${nodes}\n`);

const H1 = '\n  h1: { networks: { lan: 10.50.0.11 } }';
const H2 = '\n  h2: { networks: { lan: 10.50.0.12 } }';
const web = (host: string, more = ''): string =>
  `\n  web: { ${host}networks: { app: 10.51.0.10 }, ports: ['8080:80', '5353:53/udp']${more} }`;
const apply = (file: string): void => {
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', file)).toBe(NO_CHANGES);
};

describe('the namespace of a host', () => {
  it('has what its nodes need, and nothing of that when they have gone; what is not the lab’s is told by nobody', () => {
    apply(lab(H1 + H2, web('host: h1, ')));
    expect(world.in('life.h1', 'nft list tables').stdout).toBe('table inet topo_life\n');
    expect(world.in('life.h1', 'sysctl -n net.ipv4.ip_forward').stdout).toBe('1\n');
    expect(world.in('life.h2', 'nft list tables; sysctl -n net.ipv4.ip_forward').stdout).toBe('0\n');
    apply(lab(H1 + H2, '\n  web: {}'));
    expect(world.in('life.h1', 'nft list tables; sysctl -n net.ipv4.ip_forward; ip -br link show type bridge').stdout).toBe('0\n');
  });

  it('keeps no rules when the host becomes a node', () => {
    apply(lab(H1, web('host: h1, ')));
    apply(lab('', `${H1}\n  web: {}`));
    expect(world.in('life.h1', 'nft list tables; ip -br link show type bridge').stdout).toBe('');
  });

  it('is the place of the new bridge when a node moves there, from the machine or from another host', async () => {
    apply(lab(H1 + H2, web('')));
    await world.serve('life.web', 80, 'web');
    expect(await probe(world, null, 'http://127.0.0.1:8080')).toBe('web sees 10.51.0.1');
    for (const host of ['h1', 'h2']) {
      apply(lab(H1 + H2, web(`host: ${host}, `)));
      expect(await probe(world, null, 'http://127.0.0.1:8080')).toBe('refused');
      expect(await probe(world, null, `http://10.50.0.${host === 'h1' ? 11 : 12}:8080`)).toBe('web sees 10.50.0.1');
    }
    expect(await probe(world, null, 'http://10.50.0.11:8080')).toBe('refused');
    apply(lab(H1 + H2, web('')));
    expect(await probe(world, null, 'http://127.0.0.1:8080')).toBe('web sees 10.51.0.1');
  });

  it('leaves no trace', () => {
    apply(lab(H1 + H2, web('host: h1, ')));
    world.mustTopo('destroy', '--yes', 'topo.yaml');
    expect(world.snapshot()).toBe(before);
  });
});

describe('ports of a host', () => {
  it('are told in the plan, with the name of the host', () => {
    const file = lab(H1 + H2, web('host: h1, '));
    expect(world.mustTopo('plan', file)).toContain('+ 8080/tcp on all IPv4 addresses of the host h1 -> web:80');
    const { exposure } = JSON.parse(world.mustTopo('plan', '--json', file)) as { exposure: readonly { host?: string; from: number }[] };
    expect(exposure).toMatchObject([
      { host: 'h1', from: 8080 },
      { host: 'h1', from: 5353 },
    ]);
    apply(file);
    const after = world.mustTopo('plan', lab(H1 + H2, web('host: h2, ')));
    expect(after).toContain('+ 8080/tcp on all IPv4 addresses of the host h2 -> web:80');
    expect(after).toContain('- 8080/tcp on all IPv4 addresses of the host h1 -> web:80');
  });

  it('are not taken from a process that listens there, and those of others are nobody’s business', async () => {
    apply(lab(H1 + H2, '\n  web: {}'));
    await world.serve('life.h2', 8080, 'other');
    await world.serve(null, 8080, 'machine');
    apply(lab(H1 + H2, web('host: h1, ')));
    apply(lab(H1 + H2, '\n  web: {}'));
    await world.serve('life.h1', 8080, 'own');
    const { status, stderr } = world.topo(['plan', lab(H1 + H2, web('host: h1, '))]);
    expect(status).toBe(1);
    expect(stderr).toContain('[host-port-in-use]');
    expect(stderr).toMatch(/server\.mjs 8080 own \(process \d+\) listens on \S+:8080\/tcp of the host/);
  });
});

describe('ports through hosts', () => {
  it('lead on from one machine to the next: a host publishes ports of its own on the machine', async () => {
    apply(lab("\n  h1: { networks: { lan: 10.50.0.11 }, ports: ['9000:8080'] }", web('host: h1, ')));
    await world.serve('life.web', 80, 'web');
    expect(await probe(world, null, 'http://127.0.0.1:9000')).toBe('web sees 10.50.0.1');
    expect(await probe(world, null, 'http://10.50.0.11:8080')).toBe('web sees 10.50.0.1');
  });

  it('take UDP flows along that are under way to another node', async () => {
    const two = (first: string, second: string): string =>
      lab(H1, `\n  a: { host: h1, networks: { app: 10.51.0.2 }${first} }\n  b: { host: h1, networks: { app: 10.51.0.3 }${second} }`);
    const port = ", ports: ['5353:53/udp']";
    apply(two(port, ''));
    await world.serve('life.a', 'udp:53', 'a');
    await world.serve('life.b', 'udp:53', 'b');
    // From one source port, on and on.
    const ask = (): string =>
      world.must(`python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('10.50.0.1', 45454)); s.connect(('10.50.0.11', 5353)); s.settimeout(2)
s.send(b'hello'); print(s.recv(99).decode())"`);
    expect(ask()).toContain('a peer=10.50.0.1');
    expect(ask()).toContain('a peer=10.50.0.1');
    apply(two('', port));
    expect(ask()).toContain('b peer=10.50.0.1');
  });
});

describe('what runs on a host', () => {
  it('is in its namespace, as is a node with network_mode: host', () => {
    apply(
      lab(
        `${H1.slice(0, -2)}, run: ['exec sleep 1000'] }${H2}`,
        `${web('host: h1, ')}\n  agent: { host: h1, network_mode: host, exec: ['ip link show type bridge > /run/seen'] }`,
      ),
    );
    const inode = (netns: string): string => world.in(netns, 'readlink /proc/self/ns/net').stdout;
    expect(world.mustTopo('exec', 'life.agent', '--', 'readlink', '/proc/self/ns/net')).toBe(inode('life.h1'));
    expect(world.must('cat /run/seen')).toMatch(/br-/);
    expect(world.must('for p in $(ip netns pids life.h1); do cat /proc/$p/comm; done')).toContain('sleep');
    expect(world.mustTopo('show', 'life.agent')).toContain('network_mode: node:h1');
    expect(world.mustTopo('status', 'topo.yaml')).toContain('life.h1');
  });
});
