import { describe, expect, it } from '@jest/globals';
import { placesOf, Rows, type Row } from '../system/traffic/rows.js';
import { exampleLab } from './example-lab.js';

const LOOPBACKS = { a: '10.30.255.1', b: '10.30.255.2', c: '10.30.255.3', d: '10.30.255.4' } as const;
const LINKS = ['10.30.0.1', '10.30.0.2', '10.30.0.5', '10.30.0.6', '10.30.0.9', '10.30.0.10'];

const everybody = Object.keys(LOOPBACKS).flatMap((from): Row[] =>
  [...Object.values(LOOPBACKS), ...LINKS].map((address) => [from, `ping ${address}`, 'answer']),
);

const rows = new Rows(
  [
    ...everybody,
    ['a', 'http://10.30.255.4', 'd sees 10.30.0.1'],
    ['d', 'ping 10.66.0.1', 'timeout'],
    ['a', 'ping 10.66.0.1', 'unreachable'],
    ['b', 'ping 192.0.2.1', 'unreachable'],
  ],
  placesOf('routed-chain'),
);

const HOPS = [
  [1, 'From 10.30.0.2 icmp_seq=1 Time to live exceeded'],
  [2, 'From 10.30.0.6 icmp_seq=1 Time to live exceeded'],
  [3, '64 bytes from 10.30.255.4'],
] as const;

describe('examples/routed-chain', () => {
  const { world, testDestroy } = exampleLab('routed-chain', async (machine) => {
    await machine.serve('routed-chain.d', 80, 'd');
    await rows.run(machine);
  });
  rows.test();

  it.each(HOPS)('a packet from a to d that may take %s hops: %s', (ttl, answer) => {
    expect(world().in('routed-chain.a', `ping -n -c 1 -W 2 -t ${ttl} 10.30.255.4`).stdout).toContain(answer);
  });

  it('shows routes in the words of the file', () => {
    const { nodes } = JSON.parse(world().mustTopo('show', 'c', '--json')) as { nodes: { c: { routes: unknown[] } } };
    expect(nodes.c.routes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ to: '10.66.0.0/16', type: 'blackhole' }),
        expect.objectContaining({ to: '10.30.255.4/32', via: '10.30.0.10', dev: 'right' }),
      ]),
    );
  });

  it('leaves nothing on the host', () => {
    expect(world().must('ip -br link')).not.toMatch(/left|right|vt/);
    expect(world().must('sysctl -n net.ipv4.ip_forward').trim()).toBe('0');
  });

  testDestroy();
});
