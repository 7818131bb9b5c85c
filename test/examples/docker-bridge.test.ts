/** examples/docker-bridge: what the well-known walk-through by hand ends with, sentence by sentence. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Rows } from '../system/traffic/rows.js';
import { World } from '../system/world.js';
import { NO_CHANGES, pathOf } from './example.js';

const FILE = pathOf('docker-bridge');

const rows = new Rows(
  [
    ['ns1', 'ping 172.8.0.1', 'answer'],
    ['outside', 'http://10.99.0.2:8088', 'ns1:8000 sees 10.99.0.1'],
    ['host', 'http://127.0.0.1:8088', 'ns1:8000 sees 172.8.0.1'],
    ['host', 'http://10.99.0.2:8088', 'ns1:8000 sees 172.8.0.1'],
    ['host', 'http://172.8.0.1:8088', 'ns1:8000 sees 172.8.0.1'],
    ['host', 'http://172.8.0.8:8000', 'ns1:8000 sees 172.8.0.1'],
    ['ns1', 'http://10.99.0.2:8088', 'ns1:8000 sees 172.8.0.1'],
    ['ns1', 'http://172.8.0.1:8088', 'ns1:8000 sees 172.8.0.1'],
    ['ns1', 'ping 10.99.0.1', 'answer'],
    ['ns1', 'http://10.99.0.1:80', 'outside sees 10.99.0.2'],
    ['outside', 'http://172.8.0.8:8001', 'timeout'],
    ['outside', 'http://172.8.0.8:8000', 'timeout'],
    ['outside', 'ping 172.8.0.8', 'timeout'],
    ['outside', 'http://10.99.0.2:8001', 'refused'],
  ],
  (name) => (name === 'host' ? null : name),
);

let world: World;

beforeAll(async () => {
  world = await World.create();
  world.outside();
  world.must('ip -n outside route add 172.8.0.0/16 via 10.99.0.2');
});
afterAll(() => world.dispose());

describe('examples/docker-bridge', () => {
  beforeAll(async () => {
    world.mustTopo('apply', '--yes', FILE);
    await Promise.all([world.serve('ns1', '8000,8001', 'ns1'), world.serve('outside', 80, 'outside')]);
    await rows.run(world);
  });

  rows.test();

  it('has the names and addresses that the walk-through has', () => {
    const link = (place: string, name: string): { mtu: number; flags: string[]; master?: string; linkinfo: { info_kind: string } } =>
      JSON.parse(world.must(`ip ${place} -d -j link show ${name}`))[0];
    expect(link('', 'br-demo')).toMatchObject({ mtu: 1500, linkinfo: { info_kind: 'bridge' } });
    expect(link('', 'veth0')).toMatchObject({ master: 'br-demo', linkinfo: { info_kind: 'veth' } });
    expect(link('-n ns1', 'veth1').flags).toContain('UP');
    expect(world.must('ip -br -4 addr show br-demo')).toMatch(/ 172\.8\.0\.1\/16 $/m);
    expect(world.must('ip -n ns1 -br -4 addr show veth1')).toMatch(/ 172\.8\.0\.8\/16 $/m);
    expect(world.must('ip -n ns1 route show default')).toMatch(/^default via 172\.8\.0\.1 dev veth1/);
    expect(world.must('ip -n ns1 route show default').trim().split('\n')).toHaveLength(1);
  });

  it('has nothing left to plan', () => {
    expect(world.topo(['plan', FILE])).toMatchObject({ status: 0, stdout: NO_CHANGES });
    expect(world.topo(['plan', '--detailed-exitcode', FILE])).toMatchObject({ status: 0 });
    expect(world.topo(['status', FILE])).toMatchObject({ status: 0 });
    expect(JSON.parse(world.mustTopo('plan', '--json', FILE)).actions).toEqual([]);
  });

  it('does nothing when it is applied again', () => {
    const before = world.snapshot();
    const log = world.topo(['apply', '--yes', '--verbose', FILE]);
    expect(log.status).toBe(0);
    expect(world.snapshot()).toBe(before);
  });

  it('is listed, shown, and entered by exec', () => {
    expect(world.mustTopo('list')).toMatch(/^docker-bridge +1 /m);
    const { stdout } = world.topo(['show', 'ns1']);
    for (const word of ['veth1', '172.8.0.8/16', '172.8.0.1', 'demo', 'host:veth0']) expect(stdout).toContain(word);
    expect(world.mustTopo('exec', 'ns1', '--', 'ip', '-br', 'addr', 'show', 'veth1')).toContain('172.8.0.8/16');
    expect(world.topo(['exec', 'ns1', '--', 'sh', '-c', 'exit 7']).status).toBe(7);
    expect(world.topo(['exec', 'ns1', '--', 'no-such-program']).status).not.toBe(0);
    expect(world.topo(['exec', 'ns2', '--', 'true']).status).toBe(1);
  });
});
