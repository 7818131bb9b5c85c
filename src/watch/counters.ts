/** What `topo watch` has done since it began, counted from what it tells. */
import type { WatchEvent, WatchRepair } from '../model/watch-event.js';
import type { LabCounters, WatchCounters } from '../model/watch-counters.js';

export const noCounters = (): WatchCounters => ({ labs: new Map(), files: new Map(), lost: 0, announcements: 0, fullReads: 0 });

const NEW_LAB: LabCounters = {
  state: 'unknown',
  objects: { drifted: 0, missing: 0, unexpected: 0 },
  drifts: 0,
  repairs: { complete: 0, differs: 0, failed: 0, interrupted: 0 },
  refusals: 0,
  repairMilliseconds: 0,
};

export function counted(counters: WatchCounters, event: WatchEvent): WatchCounters {
  switch (event.type) {
    case 'watching':
      return event.labs.reduce((all, { lab, file }) => inLab(withFile(all, file, true), lab, {}), counters);
    case 'file':
      return withFile(counters, event.file, event.state === 'changed');
    case 'lab':
      return event.change === 'added'
        ? inLab(counters, event.lab, {})
        : { ...counters, labs: less(counters.labs, event.lab), files: less(counters.files, event.file) };
    case 'drift': {
      const objects = { drifted: 0, missing: 0, unexpected: 0 };
      for (const { status } of event.objects) objects[status] += 1;
      return inLab(counters, event.lab, { state: 'drifted', objects, drifts: labOf(counters, event.lab).drifts + 1 });
    }
    case 'in-sync':
      return inLab(counters, event.lab, { state: 'in-sync', objects: NEW_LAB.objects });
    case 'blocked':
      return inLab(counters, event.lab, { state: 'blocked', objects: NEW_LAB.objects });
    case 'repair':
      return withRepair(counters, event);
    case 'lost':
      return { ...counters, lost: counters.lost + 1 };
    case 'revision':
    case 'waiting':
    case 'unconfirmed':
    case 'reverted':
    case 'stopped':
      return counters;
  }
}

function withRepair(counters: WatchCounters, { lab, outcome, refusals, milliseconds }: WatchRepair): WatchCounters {
  const before = labOf(counters, lab);
  return inLab(counters, lab, {
    repairs: { ...before.repairs, [outcome]: before.repairs[outcome] + 1 },
    refusals: before.refusals + refusals.length,
    repairMilliseconds: before.repairMilliseconds + milliseconds,
  });
}

const labOf = ({ labs }: WatchCounters, lab: string): LabCounters => labs.get(lab) ?? NEW_LAB;

const inLab = (counters: WatchCounters, lab: string, change: Partial<LabCounters>): WatchCounters => ({
  ...counters,
  labs: new Map([...counters.labs, [lab, { ...labOf(counters, lab), ...change }]]),
});

const withFile = (counters: WatchCounters, file: string, isValid: boolean): WatchCounters => ({
  ...counters,
  files: new Map([...counters.files, [file, isValid]]),
});

function less<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  return new Map([...map].filter(([other]) => other !== key));
}
