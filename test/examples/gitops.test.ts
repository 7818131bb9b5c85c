/** The steps of the workflows of examples/gitops, run in a repository in which a lab changes and another one goes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT, TOPO, World, type Result } from '../system/world.js';

interface Workflow {
  readonly jobs: { readonly [job: string]: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } };
}

/** What needs a network. */
const NOT_HERE = ['Install topo', 'Say so in the pull request'];

let world: World;
let repository: string;

beforeAll(async () => {
  world = await World.create();
  repository = join(world.directory, 'repository');
  cpSync(join(ROOT, 'examples/gitops'), repository, { recursive: true });
  git('init -q -b main && git add . && git commit -qm first && git update-ref refs/remotes/origin/main HEAD');
});
afterAll(() => world.dispose());

const IDENTITY =
  'export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=a GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=a@b';

function run(script: string): Result {
  const words = `topo() { '${process.execPath}' '${TOPO}' "$@"; }; sudo() { "$@"; }`;
  return world.sh(`bash -e -c '${`${IDENTITY}; ${words}; cd ${repository}; ${script}`.replaceAll("'", `'\\''`)}'`, {
    BASE: 'origin/main',
    BEFORE: 'origin/main',
    GITHUB_STEP_SUMMARY: join(world.directory, 'summary.md'),
  });
}

function git(rest: string): void {
  expect(run(`git ${rest}`)).toMatchObject({ status: 0 });
}

function steps(workflow: string, job: string): ReadonlyMap<string, string> {
  const { jobs } = parse(readFileSync(join(repository, '.github/workflows', workflow), 'utf8')) as Workflow;
  const named = jobs[job]!.steps.flatMap(({ name, run: script }) =>
    name === undefined || script === undefined ? [] : [[name, script] as const],
  );
  return new Map(named.filter(([name]) => !NOT_HERE.includes(name)));
}

const change = (lab: string, from: string, to: string): void => {
  const path = join(repository, 'labs', lab, 'topo.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
};

describe('the repository', () => {
  it('is as its page says: a change is told without a kernel', () => {
    const page = readFileSync(join(repository, 'README.md'), 'utf8');
    const script = /```sh\n([^]*?)```/.exec(page)![1]!;
    const { status, stdout } = run(script);
    expect(status).toBe(0);
    expect(stdout).toContain('labs/campus/topo.yaml: valid (lab campus)');
    expect(stdout).toMatch(/mtu: 1500 -> 1400[^]*Plan: 0 to add, 3 to change, 0 to destroy\./);
    git('switch -qf main && git checkout -q .');
  });

  it('is applied as it is', () => {
    expect(run(steps('apply.yaml', 'apply').get('Labs that are there')!)).toMatchObject({ status: 0 });
    expect(run(steps('apply.yaml', 'drift').get('Drift')!)).toMatchObject({ status: 0 });
    expect(world.topo(['list']).stdout).toMatch(/campus[^]*edge/);
  });

  it('finds what was changed by hand', () => {
    world.must('ip -n campus.office link set eth0 mtu 1300');
    expect(run(steps('apply.yaml', 'drift').get('Drift')!)).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('mtu: 1300 -> 1500'),
    });
    world.must('ip -n campus.office link set eth0 mtu 1500');
  });
});

describe('a pull request', () => {
  beforeAll(() => {
    git('switch -qc change');
    change('campus', 'library: {', 'cinema: { networks: { north: 10.31.1.11 } }\n  library: {');
    rmSync(join(repository, 'labs/edge'), { recursive: true });
    git('add -A && git commit -qm change');
  });

  it('is checked', () => {
    for (const script of steps('check.yaml', 'check').values()) expect(run(script)).toMatchObject({ status: 0 });
    const plans = readFileSync(join(repository, 'plan.md'), 'utf8');
    expect(readFileSync(join(world.directory, 'summary.md'), 'utf8')).toBe(plans);
    expect(plans).toMatch(/^### What changes from git:\w{40} to labs\/campus\/topo\.yaml, for the lab campus$/m);
    expect(plans).toMatch(/^\+ \+ netns campus\.cinema/m);
    expect(plans).toMatch(/^### What changes from git:\w{40} to a state without .*labs\/edge\/topo\.yaml, for the lab edge$/m);
    expect(plans).toMatch(/^- - netns edge\.proxy/m);
    expect(plans).toContain('- closes 8085/tcp on 127.0.0.1');
  });

  it('is told at the line what is wrong', () => {
    change('campus', 'cinema: {', 'cinema: { netwroks: {},');
    expect(run(steps('check.yaml', 'check').get('Every lab is valid')!)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(
        /^::error file=labs\/campus\/topo\.yaml,line=12,col=13,endColumn=21,title=unknown-key::.*did you mean/m,
      ),
    });
    git('checkout -q labs/campus');
  });

  it('is applied once it is merged: the lab that is gone is destroyed, the other one has its new node', () => {
    for (const script of steps('apply.yaml', 'apply').values()) expect(run(script)).toMatchObject({ status: 0 });
    expect(world.topo(['list']).stdout).not.toContain('edge');
    expect(world.in('campus.cinema', 'ping -c 1 -W 2 10.31.2.10').status).toBe(0);
  });
});

describe('another pull request', () => {
  beforeAll(() => {
    git('switch -q main && git reset -q --hard change && git update-ref refs/remotes/origin/main HEAD');
  });

  it('is checked where only a file that is included changes', () => {
    writeFileSync(join(repository, 'labs/campus/more.yaml'), 'nodes: { kiosk: { networks: { north: 10.31.1.12 } } }\n');
    change('campus', 'name: campus', 'name: campus\ninclude: more.yaml');
    git('add -A && git commit -qm include && git update-ref refs/remotes/origin/main HEAD && git switch -qc more');
    writeFileSync(join(repository, 'labs/campus/more.yaml'), 'nodes: { kiosk: { networks: { north: 10.31.1.13 } } }\n');
    git('commit -qam more');
    expect(run(steps('check.yaml', 'check').get('What each change does')!)).toMatchObject({ status: 0 });
    expect(readFileSync(join(repository, 'plan.md'), 'utf8')).toMatch(/lab campus[^]*10\.31\.1\.13/);
    git('update-ref refs/remotes/origin/main HEAD');
  });

  it('that renames a lab destroys it, and makes the other one', () => {
    for (const script of steps('apply.yaml', 'apply').values()) expect(run(script)).toMatchObject({ status: 0 });
    git('mv labs/campus labs/college');
    git('commit -qam folder');
    expect(run(steps('check.yaml', 'check').get('Every lab has the name of its folder')!)).toMatchObject({
      status: 1,
      stdout: '::error file=labs/college::the name of the lab is to be college, that of its folder\n',
    });
    // Where that is merged all the same the lab is still there.
    expect(run(steps('apply.yaml', 'apply').get('Labs that are gone')!)).toMatchObject({ status: 0, stdout: '' });
    change('college', 'name: campus', 'name: college');
    git('commit -qam name');
    for (const script of steps('check.yaml', 'check').values()) expect(run(script)).toMatchObject({ status: 0 });
    const plans = readFileSync(join(repository, 'plan.md'), 'utf8');
    expect(plans).toMatch(/^### What changes from git:\w{40} to a state without .*labs\/campus\/topo\.yaml, for the lab campus$/m);
    expect(plans).toMatch(/^### What changes from git:\w{40} to labs\/college\/topo\.yaml, for the lab college$/m);
    for (const script of steps('apply.yaml', 'apply').values()) expect(run(script)).toMatchObject({ status: 0 });
    expect(world.must('ip netns')).toMatch(/^college\.kiosk\b/m);
    expect(world.must('ip netns')).not.toContain('campus');
  });

  it('with a lab that is wrong destroys nothing', () => {
    git('update-ref refs/remotes/origin/main HEAD');
    change('college', 'name: college', 'name: college\nnodse: {}');
    git('commit -qam wrong');
    expect(run(steps('apply.yaml', 'apply').get('Labs that are gone')!)).toMatchObject({ status: 1 });
    expect(world.must('ip netns')).toMatch(/^college\.kiosk\b/m);
  });
});
