import { expect, it } from '@jest/globals';
import type { WatchEvent } from '../../src/model/watch-event.js';
import { metricsText } from '../../src/report/metrics.js';
import { counted, noCounters } from '../../src/watch/counters.js';

const PROCESS = { cpuSeconds: 1.5, residentBytes: 1000, startTime: 7 };
const drift: WatchEvent = {
  ...{ type: 'drift', lab: 'shop', cause: 'kernel' },
  objects: [{ id: 'a', kind: 'veth', netns: 'a', title: 'a', status: 'missing', fields: [] }],
};
const repair: WatchEvent = {
  ...{ type: 'repair', lab: 'shop', outcome: 'complete', added: 1, changed: 0, destroyed: 0, failed: 0, refusals: [], milliseconds: 40 },
};

const text = (...events: readonly WatchEvent[]): string => metricsText(events.reduce(counted, noCounters()), '1.0.0', PROCESS);

const EVENTS: readonly WatchEvent[] = [
  { type: 'watching', repair: true, prune: false, labs: [{ lab: 'shop', file: 'a "b\\c.yaml' }] },
  drift,
  repair,
  repair,
  { type: 'lost' },
];

it('what is told is counted', () => {
  const metrics = text(...EVENTS);
  for (const line of [
    'topo_watch_in_sync{lab="shop"} 0',
    'topo_watch_objects{lab="shop",condition="missing"} 1',
    'topo_watch_drifts_total{lab="shop"} 1',
    'topo_watch_repairs_total{lab="shop",outcome="complete"} 2',
    'topo_watch_repair_seconds_total{lab="shop"} 0.08',
    'topo_watch_file_valid{file="a \\"b\\\\c.yaml"} 1',
    'topo_watch_lost_total 1',
    'process_cpu_seconds_total 1.5',
  ])
    expect(metrics.split('\n')).toContain(line);
  expect(text(...EVENTS, { type: 'in-sync', lab: 'shop', cause: 'kernel' })).toContain(
    'topo_watch_in_sync{lab="shop"} 1\n# HELP topo_watch_blocked',
  );
});

it('each metric has its help and its type before it, once, and lines end in a number', () => {
  const lines = text(...EVENTS)
    .trimEnd()
    .split('\n');
  let name = '';
  for (const [i, line] of lines.entries()) {
    if (line.startsWith('# HELP ')) name = line.split(' ')[2]!;
    else if (line.startsWith('# TYPE ')) expect([lines[i - 1]!.split(' ')[2], /counter|gauge/.test(line)]).toEqual([name, true]);
    else expect(line).toMatch(new RegExp(`^${name}(\\{.*\\})? -?[0-9.e+]+$`));
  }
  const helps = lines.filter((line) => line.startsWith('# HELP '));
  expect(new Set(helps).size).toBe(helps.length);
});

it('a lab that has gone is counted no more', () => {
  expect(text(...EVENTS, { type: 'lab', change: 'left', lab: 'shop', file: 'a "b\\c.yaml' })).not.toContain('shop');
});
