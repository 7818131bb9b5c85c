import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { placesOf, Rows } from '../system/traffic/rows.js';
import { World } from '../system/world.js';
import { exampleLab } from './example-lab.js';
import { NO_CHANGES, pathOf } from './example.js';

const FILE = pathOf('variables');

/** The most that an echo request of an MTU carries; not in fragments. */
const echo = (world: World, lab: string, size: number, to: string): string => {
  const { stdout, stderr } = world.in(`${lab}.one`, `ping -n -c 1 -W 2 -M do -s ${size} ${to}`);
  return /message too long, mtu=\d+|1 received/.exec(`${stdout}${stderr}`)?.[0] ?? `${stdout}${stderr}`;
};

describe('examples/variables, nothing set', () => {
  const rows = new Rows(
    [
      ['lan', 'http://10.99.0.2:8081', 'two sees 10.99.0.1'],
      ['three', 'http://10.99.0.2:8081', 'two sees 10.50.0.1'],
      ['one', 'ping 10.50.0.33', 'answer'],
      ['one', 'ping 10.99.0.1', 'answer'],
      ['one', 'ping 192.0.2.1', 'answer'],
    ],
    placesOf('variables'),
  );
  const { world, testDestroy } = exampleLab('variables', async (machine) => {
    await machine.serve('variables.two', 80, 'two');
    await rows.run(machine);
  });
  rows.test();

  it('has an MTU of 1400, on both ends and the bridge', () => {
    expect(echo(world(), 'variables', 1372, '10.50.0.33')).toBe('1 received');
    expect(echo(world(), 'variables', 1373, '10.50.0.33')).toBe('message too long, mtu=1400');
    expect(world().must('ip link show type bridge')).toContain('mtu 1400');
    expect(
      world()
        .must('ip link show type veth')
        .match(/vt\w+@.* mtu 1400/g),
    ).toHaveLength(3);
  });

  it('gives what is shared to each node, and what stands once to some', () => {
    for (const node of ['one', 'two', 'three']) expect(world().must(`ip -n variables.${node} addr show lo`)).toContain('192.0.2.1/32');
    const firstPort = (node: string): string =>
      world().must(`ip netns exec variables.${node} sysctl -n net.ipv4.ip_unprivileged_port_start`).trim();
    expect(['one', 'two', 'three'].map(firstPort)).toEqual(['80', '80', '1024']);
  });

  testDestroy();
});

describe('examples/variables, three labs of one file', () => {
  const labs = [
    { lab: 'variables', environment: {}, address: '10.50.0.33', mtu: 1400 },
    { lab: 'blue', environment: { LAB: 'blue', PREFIX: '10.51', MTU: '9000', PORT: '8082' }, address: '10.51.0.33', mtu: 9000 },
    { lab: 'red', environment: { LAB: 'red', PREFIX: '10.52', MTU: '', PORT: '8083' }, address: '10.52.0.33', mtu: 1400 },
  ] as const;
  let world: World;
  let before: string;

  beforeAll(async () => {
    world = await World.create();
    before = world.snapshot();
    for (const { environment } of labs) expect(world.topo(['apply', '--yes', FILE], environment).status).toBe(0);
  }, 60_000);
  afterAll(() => world.dispose());

  it.each(labs)('$lab: plan empty, its own prefix, an MTU of $mtu', ({ lab, environment, address, mtu }) => {
    expect(world.topo(['plan', FILE], environment)).toMatchObject({ status: 0, stdout: NO_CHANGES });
    expect(echo(world, lab, mtu - 28, address)).toBe('1 received');
    expect(echo(world, lab, mtu - 27, address)).toBe(`message too long, mtu=${mtu}`);
  });

  it('changes the MTU of one lab where its links are', () => {
    const environment = { LAB: 'blue', PREFIX: '10.51', MTU: '1300', PORT: '8082' };
    expect(world.topo(['plan', '--detailed-exitcode', FILE], environment).status).toBe(2);
    const index = world.must('ip -n blue.one -br link show eth0');
    expect(world.topo(['apply', '--yes', FILE], environment).status).toBe(0);
    expect(world.must('ip -n blue.one -br link show eth0')).toBe(index);
    expect(echo(world, 'blue', 1272, '10.51.0.33')).toBe('1 received');
    expect(echo(world, 'blue', 1273, '10.51.0.33')).toBe('message too long, mtu=1300');
    expect(world.topo(['plan', FILE], environment).stdout).toBe(NO_CHANGES);
    expect(world.topo(['plan', FILE]).stdout).toBe(NO_CHANGES);
  });

  it('are gone after destroy, to the byte', () => {
    for (const { lab } of labs) expect(world.topo(['destroy', '--yes', '--lab', lab]).status).toBe(0);
    expect(world.snapshot()).toBe(before);
  });
});
