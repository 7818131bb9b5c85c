import { describe, expect, it } from '@jest/globals';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { DriftObject } from '../../src/model/watch-event.js';
import { blocked, changed, leftAlone, newLab, repaired, seen } from '../../src/watch/lab.js';

const object = (id: string, from = 1): DriftObject => {
  const fields = [{ field: 'mtu', from, to: 1500 }];
  return { id, kind: 'veth', netns: 'a', title: id, status: 'drifted', fields };
};
const foreign: Diagnostic = { code: 'foreign-link', severity: 'error', message: 'no' };
const result = { outcome: 'failed', added: 0, changed: 0, destroyed: 0, failed: 1, milliseconds: 1 } as const;
const refusal = { id: 'a', errno: 'EPERM', message: 'no' };

describe('a lab that was looked at', () => {
  it('is told once, and again when it differs in another way', () => {
    const first = seen(newLab('shop'), [object('a')], 'start', 0);
    expect(first.events).toEqual([{ type: 'drift', lab: 'shop', cause: 'start', objects: [object('a')] }]);
    expect(seen(first.state, [object('a')], 'kernel', 1).events).toEqual([]);
    expect(seen(first.state, [object('a', 2)], 'kernel', 1).events).toMatchObject([{ type: 'drift' }]);
    expect(seen(first.state, [], 'kernel', 1).events).toEqual([{ type: 'in-sync', lab: 'shop', cause: 'kernel' }]);
  });

  it('is told to be in sync from the start', () => {
    const { state, events } = seen(newLab('shop'), [], 'start', 0);
    expect(events).toEqual([{ type: 'in-sync', lab: 'shop', cause: 'start' }]);
    expect(seen(state, [], 'resync', 1).events).toEqual([]);
  });

  it('is told once that it is blocked, and looked at again later and later', () => {
    const first = blocked(newLab('shop'), [foreign], 0);
    expect(first.events).toEqual([{ type: 'blocked', lab: 'shop', diagnostics: [foreign] }]);
    const second = blocked(first.state, [foreign], 1000);
    expect(second.events).toEqual([]);
    expect([first.state.wakeAt, second.state.wakeAt]).toEqual([250, 1500]);
    expect(seen(second.state, [], 'retry', 2000)).toMatchObject({
      state: { wakeAt: null, blockedTimes: 0 },
      events: [{ type: 'in-sync' }],
    });
  });

  it('leaves alone what was refused, says for how long, and wakes for it', () => {
    const { state } = seen(newLab('shop'), [object('a'), object('b')], 'kernel', 0);
    const tried = repaired(state, new Set(['a', 'b']), { ...result, refusals: [refusal] }, 0);
    expect(tried.events).toMatchObject([{ type: 'repair', outcome: 'failed', retryMilliseconds: 250 }]);
    expect(leftAlone(tried.state, 1)).toEqual(new Set(['a']));
    expect(seen(tried.state, [object('a')], 'kernel', 1)).toMatchObject({ state: { wakeAt: 250 }, events: [{ retryMilliseconds: 249 }] });
    expect(leftAlone(tried.state, 250)).toEqual(new Set());
  });

  it('forgets what was refused when its file says something else', () => {
    const { state } = repaired(newLab('shop'), new Set(['a']), { ...result, refusals: [refusal] }, 0);
    expect(leftAlone(changed(state), 1)).toEqual(new Set());
  });
});
