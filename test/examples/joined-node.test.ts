import { describe, expect, it } from '@jest/globals';
import { SERVER, TOPO } from '../system/world.js';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const rows = new Rows(
  [
    ['app', 'http://127.0.0.1:8001', 'in-proxy sees 127.0.0.1'],
    ['client', 'http://10.35.0.10:8001', 'in-proxy sees 10.35.0.20'],
    ['client', 'http://10.35.0.10', 'in-app sees 10.35.0.20'],
    // The host is the network's gateway; what is in its namespace has its addresses.
    ['client', 'http://10.35.0.1:8002', 'in-monitor sees 10.35.0.20'],
  ],
  placesOf('joined-node'),
);

describe('examples/joined-node', () => {
  const { world, testDestroy } = exampleLab('joined-node', async (machine) => {
    await machine.serve('joined-node.app', 80, 'in-app');
    const serve = (node: string, port: number, name: string) =>
      machine.background(
        null,
        [process.execPath, TOPO, 'exec', `joined-node.${node}`, '--', process.execPath, SERVER, String(port), name],
        'listening',
      );
    await serve('proxy', 8001, 'in-proxy');
    await serve('monitor', 8002, 'in-monitor');
    await rows.run(machine);
  });
  rows.test();

  const namespaceOf = (node: string): string => world().mustTopo('exec', `joined-node.${node}`, '--', 'readlink', '/proc/self/ns/net');

  it('has the very same namespace as the node, or the host, that it joins', () => {
    expect(namespaceOf('proxy')).toBe(namespaceOf('app'));
    expect(namespaceOf('proxy')).not.toBe(namespaceOf('client'));
    expect(namespaceOf('monitor')).toBe(world().must('readlink /proc/self/ns/net'));
  });

  it('reaches from the joined node what the owner serves at 127.0.0.1', () => {
    expect(world().mustTopo('exec', 'joined-node.proxy', '--', 'curl', '-s', 'http://127.0.0.1')).toContain('peer=127.0.0.1');
  });

  it('is listed and shown with its nodes that have no namespace', () => {
    expect(world().mustTopo('list')).toMatch(/^joined-node +4 +3 +joined-node.app joined-node.client$/m);
    expect(world().mustTopo('show', 'joined-node.proxy')).toBe('proxy (netns joined-node.app)\n  network_mode: node:app\n');
    expect(world().mustTopo('show', 'joined-node.monitor')).toContain('network_mode: host');
  });

  testDestroy();
});
