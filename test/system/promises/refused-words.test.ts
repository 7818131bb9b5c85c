/** Whatever kind of operation is refused, the error says what it was, where the file asks for it, and in what words (GUARANTEES.md, G10). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tried } from '../../conformance/tried.js';
import { World } from '../world.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { MORE_KINDS } from './more-kinds.js';
import { planOf, type PlannedAction } from './program.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
});
afterAll(() => world.dispose());

interface Refused {
  readonly op: string;
  /** Its number among all, from 1. */
  readonly k: number;
  readonly action: PlannedAction;
}

/** Kinds of operations that were refused once. */
const SEEN = new Set<string>();

/** The first operation of each further kind, in the order in which they are done: what finishes an action comes behind all actions. */
function firstOfEach(actions: readonly PlannedAction[]): readonly Refused[] {
  const all = [
    ...actions.map((action) => [action, action.operations] as const),
    ...actions.map((action) => [action, action.finish] as const),
  ];
  const operations = all.flatMap(([action, some]) => some.map(({ op }) => ({ op, action })));
  return operations.flatMap(({ op, action }, i) => {
    if (SEEN.has(op)) return [];
    SEEN.add(op);
    return [{ op, action, k: i + 1 }];
  });
}

function expectWords({ op, k, action }: Refused, file: string, command: 'apply' | 'destroy'): void {
  const { status, stdout, stderr } = world.topo([command, '--yes', '--quiet', file], { TOPO_TEST_REFUSE: String(k) });
  expect({ op, status, stderr }).toMatchObject({ status: 1 });
  expect(stderr).toMatch(/error\[EIO\]: .*: refused for a test/);
  expect(stderr).toContain(`operation ${k}`);
  const kind = action.id.slice(0, action.id.indexOf(':'));
  // The words of a plan: what the object is.
  expect({ kind, stderr }).toMatchObject({ stderr: expect.stringContaining(`]: ${kind === 'joined' ? 'node' : kind}`) });
  if (action.at !== null) expect(stderr).toContain(`--> ${action.at.file}:${action.at.line}:${action.at.column}`);
  expect(stdout + stderr).toContain('rolled back');
  expect(stdout + stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
}

describe.each([
  ['every kind', EVERY_KIND],
  ['more kinds', MORE_KINDS],
])('a lab of %s', (_name, lab) => {
  test('each kind of operation of a creation', () => {
    const file = world.file('topo.yaml', lab);
    const cases = firstOfEach(planOf(world, file).actions);
    tried(cases.length);
    for (const one of cases) {
      expectWords(one, file, 'apply');
    }
    expect(world.topo(['list']).stdout).not.toContain('every');
  }, 120_000);
});

test('each kind of operation of a change', () => {
  const [file, changed] = [world.file('topo.yaml', EVERY_KIND), world.file('changed.yaml', EVERY_KIND_CHANGED)];
  world.mustTopo('apply', '--yes', file);
  const cases = firstOfEach(planOf(world, changed).actions);
  tried(cases.length);
  for (const one of cases) {
    expectWords(one, changed, 'apply');
  }
  world.mustTopo('destroy', '--yes', file);
}, 120_000);

test('no kind of operation was left out', () => {
  // Those of containers have tests with a daemon (test/docker), renames in test/system/life. The others are of a destroy, of a rollback, or
  // of a drift: the same words come from the same place.
  expect([...SEEN].sort()).toEqual(KINDS);
});

const KINDS = [
  ...[
    'address-add',
    'address-delete',
    'altname-add',
    'altname-delete',
    'announce',
    'conntrack-delete',
    'exec-run',
    'fdb-append',
    'fdb-set',
    'group-delete',
  ],
  ...['link-add', 'link-set', 'neighbour-set', 'netns-add', 'netns-delete', 'nft-replace', 'node-files-delete', 'node-files-link'],
  ...[
    'node-files-write',
    'process-signal',
    'process-start',
    'process-stop',
    'qdisc-set',
    'route-add',
    'route-replace',
    'rule-add',
    'rule-delete',
  ],
  ...['sysctl-restore', 'sysctl-set'],
];
