import { describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const rows = new Rows(
  [
    ['client', 'http://10.40.1.10', 'web sees 10.40.1.191'],
    ['client', 'http://[fd40:1::10]', 'web sees fd40:1::a239:6bf'],
    ['client', 'ping fd40:1::1', 'answer'],
    ['lan', 'http://10.99.0.2:8080', 'web sees 10.99.0.1'],
    ['lan', 'http://[fd99::2]:8080', 'web sees fd99::1'],
    ['client', 'http://[fd99::2]:8080', 'web sees fd40:1::1'],
    ['client', 'http://10.99.0.1', 'lan sees 10.99.0.2'],
    ['client', 'http://[fd99::1]', 'lan sees fd99::2'],
    ['web', 'http://10.40.2.20', 'db sees 10.40.2.10'],
    ['web', 'http://[fd40:2::20]', 'db sees fd40:2::10'],
    ['client', 'http://10.40.2.20', 'timeout'],
    ['client', 'http://[fd40:2::20]', 'timeout'],
    ['db', 'ping 10.99.0.1', 'unreachable'],
    ['db', 'ping fd99::1', 'unreachable'],
    ['db', 'ping 10.40.1.10', 'unreachable'],
    ['host', 'http://[fd40:2::20]', 'db sees fd40:2::1'],
    ['lan', 'http://[fd40:2::20]', 'timeout'],
    ['lan', 'http://[fd40:1::10]', 'timeout'],
  ],
  placesOf('dual-stack'),
);

describe('examples/dual-stack', () => {
  const { world, testDestroy } = exampleLab('dual-stack', async (machine) => {
    machine.must('ip -n outside -6 route add fd40::/16 via fd99::2 dev eth0');
    await Promise.all(['web', 'db'].map((node) => machine.serve(`dual-stack.${node}`, 80, node)));
    await machine.serve('outside', 80, 'lan');
    await rows.run(machine);
  });
  rows.test();

  it('has IPv6 addresses that are used at once', () => {
    const addresses = world().must('ip -n dual-stack.web -6 addr show dev eth0 scope global');
    expect(addresses).toContain('inet6 fd40:1::10/64 scope global nodad');
    expect(addresses).not.toContain('tentative');
    expect(world().must('ip -n dual-stack.web -6 route show default')).toMatch(/^default via fd40:1::1 dev eth0/);
  });

  testDestroy();
});
