/** A command returns when all has settled: what follows needs neither a pause nor a second try (GUARANTEES.md, G6). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { LONG } from '../../thoroughness.js';
import { World } from '../world.js';
import { stateOf } from './crash.js';
import { command } from './program.js';

const ROUNDS = LONG ? 1000 : 20;
const DEEP = 20;

/** Two nodes on a network, a link between them and one to the host; `swapped` has each name where the other one has it. */
const lab = (swapped: boolean): string => {
  const [one, two] = swapped ? ['b', 'a'] : ['a', 'b'];
  return `name: loop
networks: { lan: { subnet: 10.82.0.0/24 } }
nodes:
  a: { networks: [lan], run: [{ name: idle, command: [sleep, '100009'] }] }
  b: { networks: [lan], ports: ['8088:80'] }
links:
  - endpoints: [{ node: ${one}, interface: x, ipv4_address: 10.83.0.1/30 }, { node: ${two}, interface: y, ipv4_address: 10.83.0.2/30 }]
  - endpoints: [{ node: ${one}, interface: up, ipv4_address: 10.84.0.1/30 }, { node: host, interface: loop-up, ipv4_address: 10.84.0.2/30 }]
`;
};

let world: World;
let baseline: string;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  world.file('one.yaml', lab(false));
  world.file('two.yaml', lab(true));
  baseline = stateOf(world);
});
afterAll(() => world.dispose());

/** One shell runs them all, so that nothing lies between the end of one and the start of the next. */
function inTurn(rounds: number, ...commands: readonly string[]): void {
  tried(rounds);
  const { status, stdout, stderr } = world.sh(`for i in $(seq ${rounds}); do
    for command in ${commands.map((one) => `'${one.replaceAll("'", '')}'`).join(' ')}; do
      $command >out 2>&1 || { echo "round $i: $command"; cat out; exit 1; }
    done
  done`);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
}

const apply = (file: string): string => command('apply', '--yes', '--quiet', file);
const destroy = command('destroy', '--yes', '--quiet', 'one.yaml');

test(
  'apply and destroy, again and again, without a pause',
  () => {
    for (let done = 0; done < ROUNDS; done += 10) {
      inTurn(10, apply('one.yaml'), destroy);
      expect(stateOf(world)).toBe(baseline);
    }
  },
  ROUNDS * 20_000,
);

test(
  'two files that swap ends of links between namespaces, again and again',
  () => {
    for (let done = 0; done < ROUNDS / 2; done += 10) {
      inTurn(10, apply('one.yaml'), apply('two.yaml'));
      expect(world.mustTopo('plan', '--detailed-exitcode', 'two.yaml')).toContain('No changes.');
    }
    world.mustTopo('destroy', '--yes', 'one.yaml');
    expect(stateOf(world)).toBe(baseline);
  },
  ROUNDS * 20_000,
);

test('what apply has made works when it returns: the first packet is answered, over links and over the network', () => {
  for (let i = 0; i < 5; i++) {
    world.mustTopo('apply', '--yes', '--quiet', 'one.yaml');
    for (const to of ['10.83.0.2', '10.84.0.2', '10.82.0.1', 'b']) {
      const { status, stdout } = world.in('loop.a', `ping -c 1 -W 5 ${to}`);
      expect({ to, status, stdout }).toEqual({ to, status: 0, stdout: expect.stringContaining('1 received') });
    }
    world.mustTopo('destroy', '--yes', '--quiet', 'one.yaml');
  }
  tried(5);
  expect(stateOf(world)).toBe(baseline);
}, 60_000);

test(`nodes that live in each other's namespaces, ${DEEP} deep`, () => {
  const nodes = Array.from({ length: DEEP }, (_, i) => `  n${i + 1}: { network_mode: 'node:n${i}' }`);
  // The deepest is written first.
  world.file('deep.yaml', ['name: deep', 'nodes:', ...nodes.reverse(), '  n0: {}', ''].join('\n'));
  world.mustTopo('apply', '--yes', 'deep.yaml');
  expect(world.mustTopo('plan', '--detailed-exitcode', 'deep.yaml')).toContain('No changes.');
  expect(world.mustTopo('exec', '--lab', 'deep', `n${DEEP}`, 'readlink', '/proc/self/ns/net')).toBe(
    world.mustTopo('exec', '--lab', 'deep', 'n0', 'readlink', '/proc/self/ns/net'),
  );
  world.mustTopo('destroy', '--yes', 'deep.yaml');
  expect(stateOf(world)).toBe(baseline);
});

/** Numbers that the machine's namespace has for others: destroy gives each namespace one, and the kernel takes it back when that is gone. */
const NAMESPACES = 'ip netns list-id';

test('nothing is left of namespaces when destroy returns', () => {
  const nodes = Array.from({ length: 400 }, (_, i) => `  n${i}: { networks: [n] }\n`).join('');
  world.file('many.yaml', `name: many\nnetworks: { n: {} }\nnodes:\n${nodes}`);
  for (let round = 0; round < 3; round++) {
    world.mustTopo('apply', '--yes', '--quiet', 'many.yaml');
    expect(world.must(NAMESPACES)).toMatch(/^nsid /m);
    const left = world.must(`${command('destroy', '--yes', '--quiet', 'many.yaml')} >/dev/null && ${NAMESPACES} && ip -brief link`);
    expect(left).toMatch(/^lo .*\n$/);
  }
}, 120_000);
