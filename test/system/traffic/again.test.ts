/** The same lab again: nothing is made anew, and a lab that has just gone is in nobody's way. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { disturbed, identities } from './identities.js';

const LAB = `
name: again
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'] }
  b: {}
nodes:
  one: { networks: [a, b], ports: ['8080:80'], neighbours: [{ address: 10.61.0.99, mac_address: '02:00:00:00:00:99', dev: eth0 }] }
  two: { networks: [a], rules: [{ from: 10.0.0.0/8, table: 100, priority: 1000 }] }
links:
  - endpoints: ['one:eth5', 'two:eth5']
  - endpoints: ['one:up', 'host:again0']
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
});
afterAll(() => world.dispose());

describe('a lab that is applied again', () => {
  it('keeps interface indexes, MAC addresses, namespaces and rule handles', () => {
    world.mustTopo('apply', '--yes');
    const before = { all: identities(world), rules: world.must('nft -a list ruleset'), everything: world.snapshot() };
    expect(world.mustTopo('apply', '--yes')).toContain(NO_CHANGES.trim());
    expect(disturbed(before.all, identities(world))).toEqual([]);
    expect(world.must('nft -a list ruleset')).toBe(before.rules);
    expect(world.snapshot()).toBe(before.everything);
  });

  it('has the same names, MACs and addresses after a destroy', () => {
    const words = (): string =>
      world.must(
        "for n in again.one again.two; do ip -n $n -br link; ip -n $n -br addr; done | grep -v '^lo' | sed 's/@[^ ]*//; s/fe80[^ ]*//; s/  */ /g'",
      );
    const before = words();
    world.mustTopo('destroy', '--yes');
    world.mustTopo('apply', '--yes');
    expect(words()).toBe(before);
    // The link between the nodes has the same index in both, and the kernel would be in no hurry.
    expect(before).not.toMatch(/DOWN|UNKNOWN/);
    expect(world.must('ip -br link show type bridge')).not.toMatch(/DOWN|UNKNOWN/);
  });

  it('is destroyed and applied twenty times at once, and never meets what was there before', () => {
    for (let round = 0; round < 20; round += 1) {
      world.mustTopo('destroy', '--yes', '--quiet');
      world.mustTopo('apply', '--yes', '--quiet');
    }
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  }, 60_000);
});
