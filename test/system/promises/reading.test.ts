/** Commands that read make no system call that changes anything, and change nothing (GUARANTEES.md, G1). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { World } from '../world.js';
import { EVERY_KIND, EVERY_KIND_CHANGED } from './every-kind.js';
import { command, killAfter } from './program.js';
import { TRACED, traceOf, type Trace } from './system-calls.js';

const READING: readonly (readonly string[])[] = [
  ['validate', 'topo.yaml'],
  ['plan', 'topo.yaml'],
  ['plan', '--json', 'topo.yaml'],
  ['plan', '--format', 'shell', 'topo.yaml'],
  ['plan', '--format', 'markdown', '--adopt', 'topo.yaml'],
  ['plan', '--from', 'topo.yaml', 'changed.yaml'],
  ['validate', '--format', 'sarif', 'topo.yaml'],
  ['validate', '--format', 'github', 'topo.yaml'],
  ['status', 'topo.yaml'],
  ['status', '--json', 'topo.yaml'],
  ['show', '--docker', '--lab', 'every'],
  ['show', '--lab', 'every'],
  ['show', '--json', '--lab', 'every'],
  ['list'],
];

let world: World;

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', EVERY_KIND);
  world.file('changed.yaml', EVERY_KIND_CHANGED);
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  // The cache of the compiled program is made once, by whatever command comes first.
  world.topo(['list']);
});
afterAll(() => world.dispose());

/** `alone`: without the programs that it starts, some of which go on. */
function traced(args: readonly string[], alone = false): Trace {
  const { stderr } = world.sh(`strace -f ${alone ? '-b execve ' : ''}-yy -s 20000 -o trace -e trace=${TRACED} ${command(...args)}`);
  if (stderr.includes('strace:')) throw new Error(stderr);
  return traceOf(readFileSync(join(world.directory, 'trace'), 'utf8'));
}

const snapshot = (): string => world.snapshot() + world.must('ls -li /run /run/netns; stat -c %i /run/netns/* 2>/dev/null; true');

describe.each([
  ['an empty machine', (): void => undefined],
  ['a machine where an apply was killed half way', (): void => void killAfter(world, 30, 'apply', '--yes', 'topo.yaml')],
  ['a machine with the lab', (): void => void world.mustTopo('apply', '--yes', 'topo.yaml')],
])('on %s', (_name, prepare) => {
  beforeAll(prepare);

  test.each(READING.map((args) => [args.join(' '), args] as const))('topo %s changes nothing', (_title, args) => {
    const before = snapshot();
    const { mutations, questions, setns } = traced(args);
    expect(mutations).toEqual([]);
    expect(snapshot()).toBe(before);
    if (args[0] === 'validate' || args[1] === '--from') return;
    expect(questions).toBeGreaterThan(0);
    // There and back again.
    expect(setns.at(-1)).toBe(world.must('readlink /proc/self/ns/net').trim());
  });
});

const message = (name: string, number: string): RegExp => new RegExp(`nlmsg_type=(${name}|${number}\\b)`);
const LINK_NEW = message('RTM_NEWLINK', '0x10');
const LINK_DELETE = message('RTM_DELLINK', '0x11');
const ADDRESS_NEW = message('RTM_NEWADDR', '0x14');
const ROUTE_NEW = message('RTM_NEWROUTE', '0x18');
const NEIGHBOUR_NEW = message('RTM_NEWNEIGH', '0x1c');
const RULE_NEW = message('RTM_NEWRULE', '0x20');
const NFT_TABLE_NEW = message('NFNL_SUBSYS_NFTABLES<<8.NFT_MSG_NEWTABLE', '0xa00');
const NFT_TABLE_DELETE = message('NFNL_SUBSYS_NFTABLES<<8.NFT_MSG_DELTABLE', '0xa02');

test('the check sees what apply and destroy do', () => {
  world.mustTopo('destroy', '--yes', 'topo.yaml');
  for (const [name, words] of [
    [
      'apply',
      [
        LINK_NEW,
        ADDRESS_NEW,
        ROUTE_NEW,
        NEIGHBOUR_NEW,
        RULE_NEW,
        NFT_TABLE_NEW,
        /^mount\(/m,
        /^unshare\(/m,
        /ip_forward/,
        /\/run\/topo\/lock/,
      ],
    ],
    ['destroy', [LINK_DELETE, NFT_TABLE_DELETE, /^umount2\(/m, /^unlink\(/m]],
  ] as const) {
    const text = traced([name, '--yes', 'topo.yaml'], true).mutations.join('\n');
    for (const word of words) expect(text).toMatch(word);
  }
});
