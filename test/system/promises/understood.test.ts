/** What an apply understood of a large file is kept for the commands after it: they say the same, and it is believed for that file only. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';
import { changesOf, planOf } from './program.js';

// Large is what has many bytes (`commands/engine.ts`).
const nodes = Array.from({ length: 50 }, (_, i) => `  n${i}: { networks: { lan: 10.40.0.${i + 2} } } # ${'.'.repeat(160)}`);
const LAB = ['name: large', 'networks:', '  lan:', '    subnet: 10.40.0.0/24', '    mtu: ${MTU:-1500}', 'nodes:', ...nodes, ''].join('\n');

const KEPT = '/run/topo/understood/large/wanted';

let world: World;

beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

beforeEach(() => {
  world.file('topo.yaml', LAB);
  world.must('rm -rf /run/topo/understood');
  world.mustTopo('apply', '--yes', '--quiet');
});

/** Makes of what is kept something that no file says: whoever believes it shows it. */
const falsify = (): string => world.must(`sed -i 's/"mtu":1500/"mtu":1400/' ${KEPT}`);

describe('what an apply understood', () => {
  it('is for nobody else to see', () => {
    expect(world.must(`stat -c '%a %u' ${KEPT} /run/topo/understood /run/topo/understood/large`)).toBe('600 0\n700 0\n700 0\n');
  });

  it('is what plan and status go by', () => {
    falsify();
    expect(changesOf(planOf(world, 'topo.yaml'))).not.toEqual([]);
    expect(world.topo(['status']).status).toBe(1);
  });

  it.each([
    ['no change', 'true'],
    ['a link that is otherwise', 'ip -n large.n7 link set eth0 mtu 1300'],
    ['a lost namespace', 'ip netns delete large.n9'],
  ])('gives the plan that the file gives: %s', (_what, drift) => {
    world.must(drift);
    for (const args of [
      ['plan', '--verbose'],
      ['plan', '--json'],
      ['status', '--json'],
    ]) {
      const kept = world.topo(args);
      world.must('mv /run/topo/understood /run/topo/elsewhere');
      const read = world.topo(args);
      world.must('mv /run/topo/elsewhere /run/topo/understood');
      expect(kept).toEqual(read);
    }
    world.mustTopo('apply', '--yes', '--quiet');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('makes a saved plan that the file makes too', () => {
    world.must('ip -n large.n7 link set eth0 mtu 1300');
    world.mustTopo('plan', '--out', 'saved.json');
    world.must('rm -rf /run/topo/understood');
    world.mustTopo('apply', 'saved.json');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('is not of a file that was changed since', () => {
    falsify();
    world.file('topo.yaml', `${LAB}# more\n`);
    expect(planOf(world, 'topo.yaml').actions).toEqual([]);
  });

  it('is not of a file of another name, of which messages tell', () => {
    falsify();
    world.file('other.yaml', LAB);
    expect(planOf(world, 'other.yaml').actions).toEqual([]);
  });

  it('is not of another value of a variable', () => {
    const { stdout } = world.topo(['plan', '--json'], { MTU: '1450' });
    expect(changesOf(JSON.parse(stdout) as ReturnType<typeof planOf>)).toContain(
      '~ bridge:host/br-9b7ab2a0 mtu'.replace(/br-\w+/, bridge()),
    );
  });

  it.each([
    ['cut off', `truncate -s 5000 ${KEPT}`],
    ['empty', `: > ${KEPT}`],
    ['a link', `mv ${KEPT} /run/wanted && ln -s /run/wanted ${KEPT}`],
    ['a folder', `rm ${KEPT} && mkdir ${KEPT}`],
    ['in a folder of somebody else', 'chown 1234 /run/topo/understood'],
    ['in a folder that others may write to', 'chmod 777 /run/topo/understood/large'],
    ['of another program', `sed -i '1s/^......../00000000/' ${KEPT}`],
  ])('is not believed where it is %s', (_what, spoil) => {
    falsify();
    world.must(spoil);
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('is nothing to a small lab beside it', () => {
    world.file('small.yaml', 'name: small\nnodes: { one: { sysctls: { net.ipv4.ip_forward: 1 } } }\n');
    world.mustTopo('apply', '--yes', '--quiet', 'small.yaml');
    expect(world.mustTopo('plan', 'small.yaml')).toBe(NO_CHANGES);
    expect(world.topo(['status', 'small.yaml']).status).toBe(0);
    // The second thread has hardly begun when such a command ends.
    for (let i = 0; i < 20; i++) expect(world.topo(['plan', 'nowhere.yaml'])).toMatchObject({ status: 1, stdout: '' });
    world.mustTopo('destroy', '--yes', '--quiet', 'small.yaml');
    expect(world.must('ls /run/topo/understood')).toBe('large\n');
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('goes with the lab', () => {
    world.mustTopo('destroy', '--yes', '--quiet', '--lab', 'large');
    // That a plan was used is remembered longer.
    expect(world.must('ls /run/topo')).toBe('lock\nused-plans\n');
  });

  it.each([
    ['several files', LAB.replace('networks:', 'include: [more.yaml]\nnetworks:')],
    ['secrets', LAB.replace('n0: { ', 'n0: { exec: [{ command: "true", env: { WORD: sesame } }], ')],
    ['few nodes', 'name: large\nnodes: { n0: {} }\n'],
  ])('is not kept of %s', (_what, text) => {
    world.must('rm -rf /run/topo/understood');
    world.file('more.yaml', 'nodes: { more: {} }\n');
    world.file('topo.yaml', text);
    world.mustTopo('apply', '--yes', '--quiet');
    expect(world.sh('ls /run/topo/understood').status).not.toBe(0);
  });
});

const bridge = (): string => /"(br-\w+)"/.exec(world.must('ip -j link show type bridge'))?.[1] ?? '';
