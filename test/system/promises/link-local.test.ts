/** The link-local address that the kernel gives a link: what is to be missed, and what became of an apply that brought it back and went no further. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { changesOf, killAfter, KILLED, operationsOf, planOf } from './program.js';
import { mustRollBack } from './rollback.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const LAB = `name: two
networks: { lan: { subnet: 10.81.0.0/24 } }
nodes:
  a: { networks: [lan] }
  b: { networks: [lan] }
`;
const LOST = '~ veth:two.a/eth0 link_local';

function applied(text: string): string {
  const file = world.file('topo.yaml', text);
  world.mustTopo('apply', '--yes', file);
  expect(changesOf(planOf(world, file))).toEqual([]);
  return file;
}

const linkLocal = (): string => world.must('ip -n two.a -br addr show dev eth0 scope link');

test('an apply that was killed at any operation: the next one brings it back', () => {
  const file = applied(LAB);
  const before = linkLocal();
  const lose = 'ip -n two.a addr flush dev eth0 scope link';
  world.must(lose);
  const operations = operationsOf(planOf(world, file));
  expect(operations).toBe(2);
  for (let done = 1; done < operations; done++) {
    world.must(lose);
    expect(killAfter(world, done, 'apply', '--yes', file)).toBe(KILLED);
    expect(changesOf(planOf(world, file))).toEqual([LOST]);
    world.mustTopo('apply', '--yes', file);
    expect(linkLocal()).toBe(before);
  }
});

test.each([
  ['taken away', 'ip -n two.a addr flush dev eth0 scope link'],
  ['not made any more', 'ip -n two.a link set eth0 addrgenmode none && ip -n two.a addr flush dev eth0 scope link'],
])('an apply that brought back one that was %s, and was refused later, is rolled back', (_how, lose) => {
  applied(LAB);
  const before = linkLocal();
  const more = world.file('more.yaml', `${LAB}  c: { networks: [lan] }\n`);
  world.must(lose);
  const plan = planOf(world, more);
  expect(changesOf(plan)).toContain(LOST);
  mustRollBack(world, operationsOf(plan), 'apply', '--yes', more);
  world.mustTopo('apply', '--yes', more);
  expect(linkLocal()).toBe(before);
});

test.each([
  ['this interface', 'net.ipv6.conf.eth0.addr_gen_mode: 1'],
  ['all of the node', 'net.ipv6.conf.all.addr_gen_mode: 1'],
])('none is missed where the file wants none for %s', (_what, setting) => {
  const file = applied(LAB.replace('a: {', `a: { sysctls: { ${setting} },`));
  world.must('ip -n two.a addr flush dev eth0 scope link');
  expect(changesOf(planOf(world, file))).toEqual([]);
});

test('none is missed on a host where new interfaces make none', () => {
  world.must('sysctl -qw net.ipv6.conf.default.addr_gen_mode=1');
  applied(LAB.replace('10.81.0.0/24', "[10.81.0.0/24, 'fd81::/64']"));
  expect(world.must('ip -br -6 addr show scope link')).toBe('');
});
