import { describe, expect, test } from '@jest/globals';
import { parseCidr } from '../../src/model/address.js';
import { hostSubnets } from '../../src/networks/host-subnets.js';
import { AT } from './topologies.js';

const HOSTS = Array.from({ length: 12 }, (_, i) => `h${i + 1}`);

function subnetsOf(hosts: readonly string[], written: Readonly<Record<string, string>> = {}, range = '10.244.0.0/16', length = 24) {
  const entries = Object.entries(written).map(([host, cidr]) => ({ host, at: AT, cidr }));
  const pool = { lab: 'lab', network: 'pods', range: parseCidr(range)!, length, written: entries };
  return new Map([...hostSubnets(pool, hosts)].map(([host, { text }]) => [host, text]));
}

describe('subnets of hosts', () => {
  test('are different parts of the range, of the length that is asked for', () => {
    const subnets = [...subnetsOf(HOSTS, {}, '10.244.128.0/17', 26).values()];
    expect(new Set(subnets).size).toBe(HOSTS.length);
    for (const subnet of subnets) expect(subnet).toMatch(/^10\.244\.(1[3-9]\d|12[89]|2\d\d)\.(0|64|128|192)\/26$/);
  });

  test.each(HOSTS)('stay as they are when %s goes', (gone) => {
    const [before, after] = [subnetsOf(HOSTS), subnetsOf(HOSTS.filter((host) => host !== gone))];
    for (const [host, subnet] of after) expect([host, subnet]).toEqual([host, before.get(host)]);
  });

  test('do not depend on the order of the file', () => {
    expect([...subnetsOf([...HOSTS].reverse())].sort()).toEqual([...subnetsOf(HOSTS)].sort());
  });

  test('are those that are written, and nobody else has these', () => {
    const own = subnetsOf(HOSTS).get('h3')!;
    const subnets = subnetsOf(HOSTS, { h1: own });
    expect(subnets.get('h1')).toBe(own);
    expect(subnets.get('h3')).not.toBe(own);
    expect(new Set(subnets.values()).size).toBe(HOSTS.length);
  });

  test('may be written outside of the range that the others come from', () => {
    const subnets = subnetsOf(['h1', 'h2', 'h3'], { h1: '10.244.9.0/24' }, '10.244.2.0/23');
    expect(subnets.get('h1')).toBe('10.244.9.0/24');
    expect([subnets.get('h2'), subnets.get('h3')].sort()).toEqual(['10.244.2.0/24', '10.244.3.0/24']);
  });

  test('are missing for those for whom none is left', () => {
    expect([...subnetsOf(HOSTS, {}, '10.244.0.0/22').keys()]).toHaveLength(4);
  });
});
