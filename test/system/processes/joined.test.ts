/** `run` and `exec` in nodes that live in another's namespace. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { probe } from '../traffic/probe.js';
import { SERVER, World } from '../world.js';
import { records, running, until } from './lab.js';

let world: World;
let before: string;
beforeEach(async () => {
  world = await World.create();
  before = world.snapshot();
  world.file('done', '');
});
afterEach(() => world.dispose());

const serve = (port: number, name: string): string => `{ name: web, command: ["${process.execPath}", "${SERVER}", "${port}", ${name}] }`;

const LAB = (): string => `name: j
networks: { front: { subnet: 10.61.0.0/24 } }
nodes:
  app:
    networks: { front: { ipv4_address: 10.61.0.2, aliases: [shop] } }
    hostname: app.example.com
    run: [${serve(8001, 'app')}]
  side:
    network_mode: 'node:app'
    run: [${serve(8002, 'side')}, { name: names, command: "getent hosts shop; hostname; echo $$TOPO_NODE; exec sleep 1001" }]
    exec: ["echo side >>${world.directory}/done; ip -br addr show eth0"]
  third: { network_mode: 'node:side', exec: ["echo third >>${world.directory}/done"] }
  ground: { network_mode: host, run: [${serve(8003, 'ground')}] }
  client: { networks: { front: 10.61.0.3 } }
`;

function apply(text: string): string {
  world.file('topo.yaml', text);
  const { status, stdout, stderr } = world.topo(['apply', '-y']);
  if (status !== 0) throw new Error(stdout + stderr);
  for (const port of [8001, 8002]) until(world, `ip netns exec j.app ss -ltnH | grep -q :${port}`);
  return stderr;
}

describe('a node that joins another', () => {
  it('runs its commands there, under its own name', async () => {
    expect(apply(LAB())).toContain('10.61.0.2/24');
    until(world, 'ss -ltnH | grep -q :8003');
    expect(
      await Promise.all([
        probe(world, 'j.client', 'http://10.61.0.2:8001'),
        probe(world, 'j.client', 'http://10.61.0.2:8002'),
        probe(world, 'j.app', 'http://127.0.0.1:8002'),
        probe(world, 'j.client', 'http://10.61.0.1:8003'),
        probe(world, null, 'http://127.0.0.1:8003'),
      ]),
    ).toEqual(['app sees 10.61.0.3', 'side sees 10.61.0.3', 'side sees 127.0.0.1', 'ground sees 10.61.0.3', 'ground sees 127.0.0.1']);
    expect(world.must('cat done')).toBe('side\nthird\n');
    // The hosts file and the host name are the namespace's, the node's name its own.
    expect(world.mustTopo('logs', 'side', '--name', 'names')).toMatch(/^10\.61\.0\.2 .*shop.*\napp\.example\.com\nside\n$/);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    expect(world.mustTopo('show', 'side')).toContain('network_mode: node:app');
  });

  it('is shown with its own commands, also where the other has one of the same name', () => {
    apply(LAB());
    const { nodes } = JSON.parse(world.mustTopo('show', '--json')) as {
      nodes: Record<string, { run?: Record<string, { command: string[] }> }>;
    };
    const shown = Object.entries(nodes).flatMap(([node, { run = {} }]) =>
      Object.entries(run).map(([name, { command }]) => [node, name, command.at(-1)]),
    );
    expect(shown.filter(([, name]) => name === 'web').sort()).toEqual([
      ['app', 'web', 'app'],
      ['ground', 'web', 'ground'],
      ['side', 'web', 'side'],
    ]);
    expect(world.mustTopo('show', 'app')).not.toContain(' side,');
    for (const host of ['host', 'j.host']) expect(world.mustTopo('show', host)).toMatch(/^host\n {2}interfaces:\n[^]*table topo_j/);
    expect(world.mustTopo('show', 'host', '--docker')).toContain('front');
    expect(world.mustTopo('status').match(/process web.* in \S+/g)).toEqual([
      'process web of ground in host',
      'process web in j.app',
      'process web of side in j.app',
    ]);
  });

  it('has its commands started and run anew when the namespace is another', async () => {
    apply(LAB());
    world.must('ip netns delete j.app');
    apply(LAB());
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
    expect(await probe(world, 'j.client', 'http://10.61.0.2:8002')).toBe('side sees 10.61.0.3');
    expect(world.must('cat done')).toBe('side\nthird\nside\nthird\n');
    expect(running(world, SERVER)).toHaveLength(3);
  });

  it('takes its commands along when it goes, or goes elsewhere, and nobody else’s', async () => {
    apply(LAB());
    const own = world.must('cat /run/topo/run/j/app/web/pid');
    world.file('topo.yaml', LAB().replace("'node:app'", "'node:client'"));
    world.mustTopo('apply', '-y');
    until(world, 'ip netns exec j.client ss -ltnH | grep -q :8002');
    expect(await Promise.all(['http://10.61.0.3:8002', 'http://10.61.0.2:8002'].map((to) => probe(world, null, to)))).toEqual([
      'side sees 10.61.0.1',
      'refused',
    ]);
    expect(world.must('cat /run/topo/run/j/app/web/pid')).toBe(own);
    world.file('topo.yaml', LAB().replace(/  side:[^]*?  ground/, '  ground'));
    world.mustTopo('apply', '-y');
    expect(running(world, SERVER)).toHaveLength(2);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('leaves nothing', () => {
    apply(LAB());
    world.mustTopo('destroy', '-y', '--lab', 'j');
    expect(running(world, SERVER)).toEqual([]);
    expect(records(world)).toBe('');
    expect(world.snapshot()).toBe(before);
  });
});

it('a changed hostname starts a command again, which saw the old one; other names do not', () => {
  apply(LAB());
  const pids = (): string => world.must('cat /run/topo/run/j/app/web/pid /run/topo/run/j/ground/web/pid');
  const first = pids().split('\n');
  apply(LAB().replace('aliases: [shop]', 'aliases: [shop, store]'));
  expect(pids().split('\n')).toEqual(first);
  world.file('topo.yaml', LAB().replace('app.example.com', 'app.example.org'));
  expect(world.mustTopo('plan')).toMatch(
    /-\/\+ process web in j\.app.*\n +reads: \{hostname: app\.example\.com\} -> \{hostname: app\.example\.org\}/,
  );
  apply(LAB().replace('app.example.com', 'app.example.org'));
  expect(pids().split('\n')[0]).not.toBe(first[0]);
  expect(pids().split('\n')[1]).toBe(first[1]);
});
