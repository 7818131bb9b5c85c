import { describe, expect, it } from '@jest/globals';
import { probe } from '../system/traffic/probe.js';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const rows = new Rows(
  [
    ['client', 'http://proxy:8060', 'server sees 10.50.2.10'],
    ['client', 'http://10.50.1.10:8060', 'server sees 10.50.2.10'],
    ['lan', 'http://10.99.0.2:8060', 'server sees 10.50.2.10'],
    ['host', 'http://127.0.0.1:8060', 'server sees 10.50.2.10'],
    ['proxy', 'http://server', 'server sees 10.50.2.10'],
    ['server', 'name proxy', '10.50.2.10'],
    ['server', 'ping 10.50.2.10', 'answer'],
    ['client', 'name server', 'unknown'],
    ['client', 'http://10.50.2.20', 'timeout'],
    ['client', 'ping 10.50.2.20', 'timeout'],
    ['lan', 'http://10.50.2.20', 'timeout'],
    ['server', 'ping 10.50.1.20', 'unreachable'],
    ['server', 'ping 10.99.0.1', 'unreachable'],
    ['proxy', 'ping 10.99.0.1', 'answer'],
  ],
  placesOf('dual-homed-proxy'),
);

describe('examples/dual-homed-proxy', () => {
  const { world, testDestroy } = exampleLab('dual-homed-proxy', async (machine) => {
    machine.must('ip -n outside route add 10.50.0.0/16 via 10.99.0.2 dev eth0');
    for (const [node, port] of [
      ['server', 80],
      ['proxy', 8060],
    ] as const)
      machine.must(
        `for i in $(seq 100); do ip netns exec dual-homed-proxy.${node} ss -Hlnt sport = :${port} | grep -q . && break; sleep 0.1; done`,
      );
    await rows.run(machine);
  });
  rows.test();

  it('does not route: a client that sends its packets by the proxy gets nowhere, and its route is drift', async () => {
    world().must('ip -n dual-homed-proxy.client route add 10.50.2.0/24 via 10.50.1.10');
    expect(await probe(world(), 'dual-homed-proxy.client', 'http://10.50.2.20')).toBe('timeout');
    world().must('ip -n dual-homed-proxy.client route del 10.50.2.0/24');
  });

  testDestroy();
});
