import { describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const rows = new Rows(
  [
    ['client', 'http://10.36.0.11:8080', 'web1 sees 10.36.0.20'],
    ['client', 'http://10.36.0.12:8080', 'web2 sees 10.36.0.20'],
    ['host', 'http://10.36.0.11:8080', 'web1 sees 10.36.0.1'],
    ['host', 'http://127.0.0.1:8080', 'refused'],
    ['host', 'http://10.36.0.1:8080', 'refused'],
    ['h1', 'http://127.0.0.1:8080', 'web1 sees 172.20.0.1'],
    ['h2', 'http://127.0.0.1:8080', 'web2 sees 172.20.0.1'],
    ['h2', 'http://10.36.0.11:8080', 'web1 sees 10.36.0.12'],
    ['web1', 'http://10.36.0.11:8080', 'web1 sees 172.20.0.1'],
    ['web2', 'http://10.36.0.11:8080', 'web1 sees 10.36.0.12'],
    ['web1', 'http://10.36.0.12:8080', 'web2 sees 10.36.0.11'],
    ['web1', 'ping 10.36.0.20', 'answer'],
    ['web1', 'name client', 'unknown'],
    ['h1', 'name client', '10.36.0.20'],
    ['lan', 'http://10.36.0.11:8080', 'unreachable'],
  ],
  placesOf('two-hosts'),
);

describe('examples/two-hosts', () => {
  const { world, testDestroy } = exampleLab('two-hosts', async (machine) => {
    for (const node of ['web1', 'web2']) await machine.serve(`two-hosts.${node}`, 80, node);
    await rows.run(machine);
  });
  rows.test();

  it('is on the machine with nothing but the LAN', () => {
    expect(world().must('ip -br link show type bridge').trim().split('\n')).toHaveLength(1);
    expect(world().must('nft list ruleset')).not.toContain('8080');
  });

  it('shows a host with its bridge, as one shows a node', () => {
    const shown = world().mustTopo('show', 'two-hosts.h1');
    expect(shown).toMatch(/^h1 \(netns two-hosts.h1\)/);
    expect(shown).toContain('network app1');
    expect(world().mustTopo('exec', 'two-hosts.h1', '--', 'ip', '-br', 'addr', 'show', 'eth0')).toContain('10.36.0.11/24');
  });

  it('is told in Docker’s words as well', () => {
    const { networks, endpoints } = JSON.parse(world().mustTopo('show', '--docker', '--json', '--lab', 'two-hosts')) as {
      networks: readonly object[];
      endpoints: readonly { endpoint: string }[];
    };
    expect(networks).toMatchObject([
      { name: 'lan', endpoints: ['client:eth0', 'h1:eth0', 'h2:eth0'] },
      { name: 'app1', host: 'h1', gateways: ['172.20.0.1'], endpoints: ['web1:eth0'] },
      { name: 'app2', host: 'h2', endpoints: ['web2:eth0'] },
    ]);
    expect(endpoints.map(({ endpoint }) => endpoint)).toEqual(['client:eth0', 'h1:eth0', 'h2:eth0', 'web1:eth0', 'web2:eth0']);
  });

  testDestroy();
});
