import { describe, expect, it } from '@jest/globals';
import type { ActionReference, Event, Summary } from '../../src/model/event.js';
import { applyText, summaryText } from '../../src/report/apply-text.js';
import { desired, nothing, planned, SHOP } from './states.js';
import { command, words } from './words.js';

const shop = planned(desired(SHOP), nothing('shop'));
const netns = shop.actions.findIndex(({ id }) => id === 'netns:shop.web');
const about: ActionReference = { index: netns, id: 'netns:shop.web', action: 'create', replacement: false, operations: 1 };
const summary: Summary = {
  ...{ type: 'summary', command: 'apply', outcome: 'complete', added: 3, changed: 1, destroyed: 0, failed: 0 },
  ...{ unfinished: [], milliseconds: 12 },
};

/** All that is printed, one kind after the other, of the last event. */
function last(verbose: boolean, ...events: readonly Event[]): { result: string; progress: string; trouble: string } {
  const text = applyText(words, { color: false, verbose, ...(verbose ? { command } : {}) });
  text({ type: 'plan', phase: 'apply', plan: shop });
  return events.map(text).at(-1)!;
}

describe('the last sentence', () => {
  const cases: readonly (readonly [Partial<Summary>, string])[] = [
    [{}, 'Apply complete! Resources: 3 added, 1 changed, 0 destroyed.'],
    [{ command: 'destroy', added: 0, destroyed: 5 }, 'Destroy complete! Resources: 5 destroyed.'],
    [{ outcome: 'differs' }, 'Apply incomplete: the kernel is not as it should be. Resources: 3 added, 1 changed, 0 destroyed.'],
    [{ outcome: 'rolled-back' }, 'Apply failed and was rolled back: all is as it was before.'],
    [
      { outcome: 'failed', unfinished: [about] },
      'Apply failed. Resources: 3 added, 1 changed, 0 destroyed, 1 not done. Running it again goes on from here.',
    ],
    [
      { outcome: 'interrupted', command: 'destroy', unfinished: [about, about] },
      'Destroy interrupted. Resources: 0 destroyed, 2 not done. Running it again goes on from here.',
    ],
  ];

  it.each(cases)('of %j', (part, sentence) => {
    expect(summaryText({ ...summary, ...part })).toBe(sentence);
    expect(last(false, { ...summary, ...part })).toEqual({ result: `${sentence}\n`, progress: '', trouble: '' });
  });
});

describe('progress', () => {
  it('is a line for each object that is done', () => {
    expect(last(false, { type: 'action-start', ...about })).toEqual({ result: '', progress: '', trouble: '' });
    expect(last(false, { type: 'action-done', ...about }).progress).toBe('  + netns shop.web (node web)\n');
  });

  it('has the commands of each operation where that is asked for', () => {
    expect(last(true, { type: 'action-start', ...about }).progress).toBe(
      [
        '  $ ip netns add shop.web\n  $ ip -n shop.web link set dev lo alias topo:shop/web up\n',
        '  $ ip netns exec shop.web sysctl -qw net.ipv4.ip_forward=0\n  $ ip netns exec shop.web sysctl -qw net.ipv6.conf.all.forwarding=0\n',
        '  $ mkdir -p /etc/netns\n  $ ln -sfn /run/topo/names/shop/front /etc/netns/shop.web\n',
      ].join(''),
    );
  });

  it('says who is waited for', () => {
    expect(last(false, { type: 'waiting', holder: 'topo apply (process 7)' }).progress).toBe('Waiting for topo apply (process 7) …\n');
  });

  it('says that a rollback begins, and titles are those of its plan', () => {
    const back = planned(nothing('shop'), desired(SHOP));
    const index = back.actions.findIndex(({ id }) => id === 'netns:shop.web');
    const events: readonly Event[] = [
      { type: 'plan', phase: 'rollback', plan: back },
      { type: 'action-done', ...about, index, action: 'delete' },
    ];
    expect(last(false, ...events.slice(0, 1)).progress).toBe(`Rolling back: ${back.actions.length} actions.\n`);
    expect(last(false, ...events).progress).toBe('  - netns shop.web (node web)\n');
  });
});

describe('trouble', () => {
  it('is what the kernel refused: its words, the object, the line, the command', () => {
    const operation = shop.actions[netns]!.operations[0]!;
    const at = { file: 'topo.yaml', line: 6, column: 3, length: 3 };
    const failed: Event = { type: 'action-failed', ...about, errno: 'EEXIST', message: 'File exists', operation, at };
    expect(last(false, failed).trouble).toBe('error[EEXIST]: netns shop.web (node web): File exists\n  --> topo.yaml:6:3\n');
    expect(last(true, failed).trouble).toContain('\n  by hand: ip netns add shop.web\n');
  });

  it('is what is not the very same after a rollback, what is common to many once', () => {
    const what = 'another interface of that name, with a new index';
    const links = Array.from({ length: 7 }, (_, i) => ({ id: `veth:shop.n${i}/eth0`, what }));
    expect(last(false, { type: 'not-restored', losses: [...links, { id: 'netns:shop.web', what: 'another namespace' }] }).trouble).toBe(
      [
        'Not the very same as before:',
        `    veth:shop.n0/eth0, veth:shop.n1/eth0, veth:shop.n2/eth0, veth:shop.n3/eth0, veth:shop.n4/eth0 and 2 more: ${what}`,
        '    netns shop.web (node web): another namespace\n',
      ].join('\n'),
    );
  });

  it('is what was not tried', () => {
    const bridge = shop.actions.find(({ id }) => id.startsWith('bridge:'))!;
    expect(last(false, { type: 'action-skipped', ...about, because: bridge.id }).trouble).toMatch(
      /^skipped: netns shop\.web \(node web\) \(it needs bridge br-\w+\)\n$/,
    );
  });

  it('is a namespace that lives on', () => {
    const processes = [{ pid: 7, command: 'sleep' }];
    expect(last(false, { type: 'held', netns: 'shop.web', processes }).trouble).toBe(
      'warning: the namespace shop.web has no name any more but lives on, held by sleep (process 7)\n',
    );
  });

  it('is an interruption, with what is not done, not all of it if that is much', () => {
    const unfinished = Array.from({ length: 25 }, () => about);
    const interrupted: Event = { type: 'interrupted', signal: 'SIGINT', unfinished };
    expect(last(false, interrupted).trouble.split('\n')).toHaveLength(1 + 20 + 1 + 1);
    expect(last(false, interrupted).trouble).toMatch(/^Interrupted by SIGINT\. Not done:\n {2}\+ netns shop\.web[^]* {4}and 5 more\n$/);
    expect(last(true, interrupted).trouble.split('\n')).toHaveLength(1 + 25 + 1);
    expect(last(false, { ...interrupted, atOnce: true }).trouble).toMatch(
      /^Stopped in the middle by a second SIGINT\. Not done, or half done:\n {2}\+ netns shop\.web/,
    );
  });

  it('is what differs afterwards', () => {
    const differences = planned(desired(SHOP), nothing('shop')).actions.slice(0, 1);
    expect(last(false, { type: 'verify', ok: false, differences }).trouble).toMatch(/differs:\n {2}\+ .*: missing in the kernel\n$/);
    expect(last(false, { type: 'verify', ok: true, differences: [] })).toEqual({ result: '', progress: '', trouble: '' });
  });
});
