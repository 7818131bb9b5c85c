/** How much of a table a watch tells. */
import { expect, it } from '@jest/globals';
import type { DriftObject, TimedWatchEvent } from '../../src/model/watch-event.js';
import { kindOf } from '../../src/kinds/index.js';
import { stateOf, type Resource } from '../../src/model/state.js';
import { plan } from '../../src/plan/plan.js';
import { watchText } from '../../src/report/watch-text.js';
import { driftOf } from '../../src/watch/drift.js';
import { words } from './words.js';

const table = (count: number): Resource => ({
  ...{ id: 'neighbours:host/vx0', kind: 'neighbours', netns: 'host', needs: [] },
  props: { dev: 'vx0', ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`10.0.0.${i + 10}`, '02:00:00:00:00:01'])) },
});
const drift = (wanted: readonly Resource[], seen: readonly Resource[]): readonly DriftObject[] =>
  driftOf(plan(stateOf('lab', wanted), stateOf('lab', seen), kindOf), words);
const text = (objects: readonly DriftObject[], verbose = false): string => {
  const event: TimedWatchEvent = { time: '2026-01-01T00:00:00.000Z', type: 'drift', lab: 'lab', cause: 'kernel', objects };
  return watchText(event, { color: false, verbose, sources: new Map() });
};

it('is the first of many entries, and how many more there are; with --verbose all', () => {
  const objects = drift([table(1)], [table(12)]);
  expect(objects[0]?.fields).toHaveLength(11);
  expect(text(objects)).toContain('10.0.0.18: 02:00:00:00:00:01 -> (none) and 3 more\n');
  expect(text(objects)).not.toContain('10.0.0.19');
  expect(text(objects, true)).toContain('10.0.0.21: 02:00:00:00:00:01 -> (none)\n');
});

it('names what is in a table of which there is to be none', () => {
  const objects = drift([], [table(1)]);
  expect(objects).toMatchObject([{ status: 'unexpected', fields: [{ field: '10.0.0.10', from: '02:00:00:00:00:01', to: null }] }]);
  expect(text(objects)).toContain('unexpected neighbours on host:vx0: 10.0.0.10: 02:00:00:00:00:01 -> (none)\n');
});
