/** A saved plan does what was shown, once, or nothing at all. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from '../world.js';

const LAB =
  'name: lab\nnetworks:\n  lan:\n    subnet: 10.1.0.0/24\n    mtu: ${MTU:-1500}\nnodes:\n  a: { networks: [lan] }\n  b: { networks: [lan] }\n';

let world: World;
let file: string;
const out = (): string => join(world.directory, 'plan.json');
const save = (): string => world.mustTopo('plan', '--out', out(), file);
const snapshot = (): string => world.must('ip -o link; ip netns; ip -n lab.a addr show scope global; nft list ruleset');
const refused = (message: string) => expect.objectContaining({ status: 1, stderr: expect.stringContaining(message) });

beforeEach(async () => {
  world = await World.create();
  file = world.file('topo.yaml', LAB);
});
afterEach(() => world.dispose());

describe('a saved plan', () => {
  it('is applied without a question, and then no more', () => {
    expect(save()).toContain('Plan: ');
    expect(statSync(out()).mode & 0o777).toBe(0o600);
    expect(world.mustTopo('apply', out())).toContain('Apply complete!');
    expect(world.mustTopo('plan', file)).toContain('No changes.');
    expect(world.topo(['apply', out()])).toEqual(refused('has been applied already'));
  });

  it('is readable and says what it will do', () => {
    save();
    const saved = JSON.parse(readFileSync(out(), 'utf8')) as { format: string; file: string; plan: { summary: { add: number } } };
    expect(saved).toMatchObject({ format: 'topo-saved-plan/1', file, lab: 'lab' });
    expect(saved.plan.summary.add).toBeGreaterThan(5);
  });

  it('works from another directory, and in another name of the topology', () => {
    world.must(
      `cd ${world.directory} && ${process.execPath} ${join(import.meta.dirname, '../../../dist/topo.cjs')} plan --out p topo.yaml`,
    );
    expect(world.mustTopo('apply', join(world.directory, 'p'))).toContain('Apply complete!');
  });

  it.each([
    ['the topology asks for something else', () => writeFileSync(file, LAB.replace('  b:', '  c:')), 'asks for something else by now'],
    ['an object has changed', () => world.must('ip -n lab.a link set eth0 mtu 1400'), 'veth:lab.a/eth0 has changed'],
    ['an object has come', () => world.must('ip -n lab.a addr add 10.1.0.99/24 dev eth0'), 'address:lab.a/eth0/10.1.0.99/24 has come'],
    ['an object has gone', () => world.must('ip -n lab.b link del eth0'), 'veth:lab.b/eth0 has gone'],
    [
      'somebody has edited it',
      () => writeFileSync(out(), readFileSync(out(), 'utf8').replace('"action": "create"', '"action": "delete"')),
      'it was edited, or written by another version',
    ],
  ])('is refused, and nothing is changed, when %s', (_, meanwhile, message) => {
    world.mustTopo('apply', '--yes', '--quiet', file);
    writeFileSync(file, LAB.replace('  b:', '  d: { networks: [lan] }\n  b:'));
    save();
    meanwhile();
    const before = snapshot();
    expect(world.topo(['apply', out()])).toEqual(refused(message));
    expect(snapshot()).toBe(before);
  });

  it('is refused when a variable has changed', () => {
    save();
    expect(world.topo(['apply', out()], { MTU: '1400' })).toEqual(refused('or a variable in it'));
  });

  it.each([
    ['of another version', '{\n  "format": "topo-saved-plan/9"\n}'],
    ['that is cut off', '{\n  "format": "topo-saved-plan/1", "file": "/x'],
    ['that is a plan for reading', '{\n  "format": "topo-plan/1"\n}'],
    ['without its parts', '{ "format": "topo-saved-plan/1", "plan": null }'],
    ['with parts of the wrong type', '{ "format": "topo-saved-plan/1", "file": 1, "lab": [], "desired": {}, "observed": 7, "plan": [] }'],
  ])('%s is refused', (_, text) => {
    expect(world.topo(['apply', world.file('bad.json', text)])).toEqual(refused('is no saved plan that this version of topo knows'));
  });

  it('of a topology that is gone is refused', () => {
    save();
    rmSync(file);
    expect(world.topo(['apply', out()])).toEqual(refused('there is no file or directory'));
  });

  it('takes the place of an older one, and is not written through a link', () => {
    const target = world.file('target', 'precious');
    symlinkSync(target, out());
    save();
    expect(readFileSync(target, 'utf8')).toBe('precious');
    save();
    expect(world.mustTopo('apply', out())).toContain('Apply complete!');
  });

  it('that cannot be written is an error', () => {
    expect(world.topo(['plan', '--out', join(world.directory, 'no/plan'), file])).toEqual(refused('cannot be written'));
  });
});
