import { describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const rows = new Rows(
  [
    ['client', 'ping 10.20.1.1', 'answer'],
    ['client', 'ping 10.20.2.1', 'answer'],
    ['client', 'ping 10.20.2.80', 'answer'],
    ['client', 'http://10.20.2.80', 'web sees 10.20.1.10'],
    ['web', 'ping 10.20.1.10', 'answer'],
    ['router', 'http://10.20.2.80', 'web sees 10.20.2.1'],
    // Nobody but the router knows the way, so what it does not know is unreachable, and the host is not there at all.
    ['client', 'ping 10.99.0.1', 'unreachable'],
    ['host', 'ping 10.20.1.10', 'unreachable'],
  ],
  placesOf('first-lab'),
);

describe('examples/first-lab', () => {
  const { world, testDestroy } = exampleLab('first-lab', async (machine) => {
    await machine.serve('first-lab.web', 80, 'web');
    await rows.run(machine);
  });
  rows.test();

  it('goes by the router, in two hops', () => {
    const hop = (ttl: number): string => world().in('first-lab.client', `ping -n -c 1 -W 2 -t ${ttl} 10.20.2.80`).stdout;
    expect(hop(1)).toContain('From 10.20.1.1 icmp_seq=1 Time to live exceeded');
    expect(hop(2)).toContain('64 bytes from 10.20.2.80');
  });

  it('needs the router to forward', () => {
    world().must('ip netns exec first-lab.router sysctl -w net.ipv4.ip_forward=0');
    expect(world().in('first-lab.client', 'ping -n -c 1 -W 1 10.20.2.80').status).not.toBe(0);
    world().must('ip netns exec first-lab.router sysctl -w net.ipv4.ip_forward=1');
  });

  it('needs no forwarding of the host', () => {
    expect(world().must('sysctl -n net.ipv4.ip_forward').trim()).toBe('0');
    expect(world().must('nft list ruleset')).toBe('');
  });

  testDestroy();
});
