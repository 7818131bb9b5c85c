/** A saved plan does what was shown, once, or nothing at all. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPO, World } from '../world.js';

const LAB =
  'name: lab\nnetworks:\n  lan:\n    subnet: 10.1.0.0/24\n    mtu: ${MTU:-1500}\nnodes:\n  a: { networks: [lan] }\n  b: { networks: [lan] }\n';

let world: World;
let file: string;
const out = (): string => join(world.directory, 'plan.json');
const save = (): string => world.mustTopo('plan', '--out', out(), file);
const snapshot = (): string => world.must('ip -o link; ip netns; ip -n lab.a addr show scope global; nft list ruleset');
const refused = (message: string | RegExp) => expect.objectContaining({ status: 1, stderr: expect.stringMatching(message) });

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

  it('is applied once, also when all is as it was before it', () => {
    save();
    world.mustTopo('apply', out());
    world.mustTopo('destroy', '--yes', file);
    expect(world.topo(['apply', out()])).toEqual(refused('has been applied already, at '));
    expect(world.must('ip netns')).toBe('');
  });

  it('is used when its apply was rolled back', () => {
    writeFileSync(file, LAB.replace('a: {', 'a: { exec: ["false"],'));
    save();
    expect(world.topo(['apply', out()])).toMatchObject({ status: 1, stdout: expect.stringContaining('was rolled back') });
    expect(world.topo(['apply', out()])).toEqual(refused('has been applied already'));
  });

  it('is not used up by a refusal', () => {
    save();
    writeFileSync(file, LAB.replace('  b:', '  c:'));
    expect(world.topo(['apply', out()])).toEqual(refused('is stale'));
    writeFileSync(file, LAB);
    expect(world.mustTopo('apply', out())).toContain('Apply complete!');
  });

  it('that is used is known as long as it could be applied', () => {
    const old = (days: number, id: string): string =>
      world.must(`touch -d "@$(($(date +%s) - ${days} * 86400))" /run/topo/used-plans/${id}; stat -c %a /run/topo/used-plans`).trim();
    save();
    world.mustTopo('apply', out());
    expect([old(29, 'younger'), old(31, 'older')]).toEqual(['700', '700']);
    world.mustTopo('destroy', '--yes', file);
    save();
    world.mustTopo('apply', out());
    expect(world.must('ls /run/topo/used-plans').split('\n')).toEqual(expect.arrayContaining(['younger']));
    expect(world.must('ls /run/topo/used-plans')).not.toContain('older');
  });

  it.each([
    ['too old', '"created": "20', '"created": "19', 'is older than 30 days'],
    ['of another start of the machine', '"boot": "', '"boot": "0', 'was made before this machine was started'],
  ])('%s is refused', (_, what, by, message) => {
    save();
    writeFileSync(out(), readFileSync(out(), 'utf8').replace(what, by));
    expect(world.topo(['apply', out()])).toEqual(refused(message));
  });

  it('may have any name', () => {
    const yaml = join(world.directory, 'plan.yaml');
    world.mustTopo('plan', '--out', yaml, file);
    expect(world.mustTopo('apply', yaml)).toContain('Apply complete!');
  });

  it('is looked for in no pipe: a topology may come through one', () => {
    const pipe = join(world.directory, 'pipe.yaml');
    expect(world.must(`mkfifo ${pipe}; cat ${file} >${pipe} & ${process.execPath} ${TOPO} apply --yes ${pipe}; wait $!`)).toContain(
      'Apply complete!',
    );
  });

  it('says what its topology asked for and what it asks for now', () => {
    writeFileSync(file, `${LAB.replace('a: {', 'a: { run: [{ name: r, command: sleep 9, env: { TOKEN: "${TOKEN}" } }],')}  c: {}\n`);
    expect(world.topo(['plan', '--out', out(), file], { TOKEN: 'first-word' })).toMatchObject({ status: 0 });
    expect(readFileSync(out(), 'utf8')).not.toContain('first-word');
    const { stderr } = world.topo(['apply', out()], { TOKEN: 'second-word', MTU: '1400' });
    expect(stderr).toMatch(/bridge:host\/\S+ has changed: .*topo.yaml:3:3\n +mtu: 1500 -> 1400\n/);
    expect(stderr).toMatch(/process:a\/r has changed: .*\n +env: a sensitive value\n/);
    expect(stderr).not.toMatch(/first-word|second-word/);
    writeFileSync(file, readFileSync(file, 'utf8').replace('  c: {}\n', '  d: {}\n'));
    const other = world.topo(['apply', out()], { TOKEN: 'first-word' }).stderr;
    expect(other).toMatch(/netns:lab.d\S* has come: .*topo.yaml/);
    expect(other).toMatch(/netns:lab.c\S* has gone\n/);
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
    [
      'an object has changed',
      () => world.must('ip -n lab.a link set eth0 mtu 1400'),
      /veth:lab.a\/eth0 has changed.*\n +mtu: 1500 -> 1400\n/,
    ],
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

  it.each(['topo.yaml', '-', '.', 'notes'])('is not written over what is no saved plan: %s', (name) => {
    world.file('notes', 'mine');
    const texts = (): string => world.must('cat topo.yaml notes; ls');
    const before = texts();
    expect(world.topo(['plan', '--out', name, file])).toEqual(refused(`the plan cannot be written to ${name}: .* \\[file-unwritable\\]`));
    expect(texts()).toBe(before);
  });

  it('is written into an empty file, such as mktemp makes', () => {
    world.file('plan.json', '');
    save();
    expect(world.mustTopo('apply', out())).toContain('Apply complete!');
  });

  it.each(['plan', 'validate', 'status', 'destroy', 'watch', 'pin', 'confirm'])('is no topology, which %s says', (command) => {
    save();
    expect(world.topo([command, 'plan.json'])).toEqual(
      refused(
        /^plan.json:1:1: error: .* \(topo-saved-plan\/1\) \[own-document\]\n {2}.*\n.*\n {4}hint: topo apply takes what plan --out has saved/,
      ),
    );
  });

  it('that cannot be written is an error', () => {
    expect(world.topo(['plan', '--out', join(file, 'plan'), file])).toEqual(refused('cannot be written to .*: ENOTDIR'));
    expect(world.topo(['plan', '--out', join(world.directory, 'no/plan'), file])).toEqual(refused('cannot be written'));
  });
});
