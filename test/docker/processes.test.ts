/** `run` and `exec` in nodes that are containers: commands of this machine in their network namespaces. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asRoot } from './as-root.js';
import { NO_CHANGES } from '../examples/example.js';
import { SERVER } from '../system/world.js';
import { IMAGE } from './daemon.js';
import { dockerWorld, type DockerWorld } from './lab.js';

const SERVE = (port: number, name: string): string =>
  `run: [{ name: web, command: ["${process.execPath}", "${SERVER}", '${port}', ${name}] }]`;
const LAB = (done: string): string => `name: procs
networks:
  front: { subnet: 10.38.0.0/24 }
nodes:
  made: { image: ${IMAGE}, command: busybox sleep infinity, networks: { front: 10.38.0.10 }, ${SERVE(81, 'made')}, exec: ["echo made >>${done}; ip -br addr show eth0"] }
  own: { container: own, networks: { front: 10.38.0.11 }, ${SERVE(82, 'own')}, exec: ["echo own >>${done}"] }
  side: { network_mode: 'node:made', ${SERVE(83, 'side')}, exec: ["echo side >>${done}"] }
  tool: { network_mode: 'container:own', ${SERVE(84, 'tool')}, exec: ["echo tool >>${done}"] }
  beside: { network_mode: 'container:other', ${SERVE(85, 'beside')}, exec: ["echo beside >>${done}"] }
  plain: { networks: { front: 10.38.0.20 } }
`;

asRoot('commands in containers', () => {
  let lab: DockerWorld;
  let file: string;
  let before: string;
  let inside: string;

  /** The namespaces of containers that are not topo's, as they were. */
  const others = (): string =>
    ['own', 'other'].map((name) => lab.world.must(`nsenter -t ${lab.docker.pid(name)} -n ip -d link`)).join('\n');
  const done = (): string => lab.world.must('cat done');
  const pids = (): string => lab.world.must('pgrep -fc "^\\S*node \\S*server.mjs" || true').trim();
  const get = (node: string, url: string): string =>
    lab.topo('exec', `procs.${node}`, '--', 'curl', '-s', '--noproxy', '*', '--max-time', '3', url);

  beforeAll(async () => {
    lab = await dockerWorld();
    for (const name of ['own', 'other'])
      lab.docker.must('run', '--detach', '--name', name, '--network', 'none', IMAGE, 'busybox', 'sleep', 'infinity');
    before = lab.world.snapshot();
    inside = others();
    lab.world.file('done', '');
    file = lab.world.file('topo.yaml', LAB(`${lab.world.directory}/done`));
    lab.topo('apply', '--yes', file);
    lab.world.must('sleep 0.5');
  }, 60_000);
  afterAll(() => lab.dispose());

  it('have run, once each, and there is nothing left to plan', () => {
    expect(done()).toBe('made\nown\nbeside\nside\ntool\n');
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    lab.topo('apply', '--yes', file);
    expect(done()).toBe('made\nown\nbeside\nside\ntool\n');
  });

  it.each([
    ['plain', 'http://10.38.0.10:81/', 'made'],
    ['plain', 'http://10.38.0.11:82/', 'own'],
    ['plain', 'http://10.38.0.10:83/', 'side'],
    ['plain', 'http://10.38.0.11:84/', 'tool'],
    ['tool', 'http://127.0.0.1:82/', 'own'],
    ['side', 'http://127.0.0.1:81/', 'made'],
    ['beside', 'http://127.0.0.1:85/', 'beside'],
  ])('%s reaches at %s what runs in %s', (node, url, server) => {
    expect(get(node, url)).toContain(`${server} peer=`);
  });

  it('that were killed are drift', () => {
    lab.world.must('pkill -KILL -f "server.mjs 8[13] "; sleep 0.3');
    const plan = lab.topo('plan', file);
    expect(plan.match(/^ +~ process web (of side )?in procs\.\S+/gm)).toHaveLength(2);
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
  });

  it('are run again, and started in the new namespace, when the container was restarted', () => {
    lab.docker.must('restart', '--time', '0', 'procs.made');
    lab.topo('apply', '--yes', file);
    expect(lab.topo('plan', file)).toBe(NO_CHANGES);
    expect(done()).toBe('made\nown\nbeside\nside\ntool\nmade\nside\n');
    lab.world.must('sleep 0.5');
    expect([81, 83].map((port) => get('plain', `http://10.38.0.10:${port}/`))).toEqual([
      'made peer=10.38.0.20\n',
      'side peer=10.38.0.20\n',
    ]);
    expect(pids()).toBe('5');
  });

  it('have logs and are shown by the node that they are of', () => {
    for (const node of ['tool', 'side']) expect(lab.topo('logs', `procs.${node}`)).toContain('listening');
    expect(lab.topo('show', 'procs.side')).toContain('network_mode: node:made');
  });

  it('go with destroy, and containers of others have nothing of topo’s in them', () => {
    lab.topo('destroy', '--yes', '--lab', 'procs');
    expect(pids()).toBe('0');
    expect(others()).toBe(inside);
    expect(lab.world.snapshot()).toBe(before);
  });
});
