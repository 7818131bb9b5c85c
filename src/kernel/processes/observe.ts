import { existsSync } from 'node:fs';
import type { ProcessObservation } from '../../model/observation.js';
import { PROCESS_DIRECTORY } from '../../model/process.js';
import { HOST } from '../../model/state.js';
import { inodeOf, isAlive, netnsOf } from './identity.js';
import { logOf, recordsOf, type ProcessRecord } from './record.js';
import { waitTurn } from './turn.js';

/** The processes of a lab, by their records; `pathOf` says where a namespace has its name. */
export function observeProcesses(lab: string, pathOf: (netns: string) => string): readonly ProcessObservation[] {
  if (!existsSync(`${PROCESS_DIRECTORY}/${lab}`)) return [];
  waitTurn();
  return recordsOf(lab).map((record) => observed(record, pathOf));
}

function observed({ key, definition, process, exit, since, ended }: ProcessRecord, pathOf: (netns: string) => string): ProcessObservation {
  const running = process !== null && isAlive(process);
  return {
    owner: key.owner,
    name: key.name,
    definition,
    running,
    pid: process?.pid ?? 0,
    inItsNamespace: running && netnsOf(process.pid) === wantedNetns(definition?.netns, pathOf),
    exit,
    since,
    ended,
    log: logOf(key),
  };
}

function wantedNetns(netns: string | undefined, pathOf: (netns: string) => string): number | null {
  if (netns === undefined) return null;
  return netns === HOST ? netnsOf('self') : inodeOf(pathOf(netns));
}
