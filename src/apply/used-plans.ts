/** Saved plans that were applied: an empty file for each in /run, with its modification time at which the plan was made. */
import { closeSync, constants, lstatSync, openSync, readdirSync, rmSync, utimesSync } from 'node:fs';

const USED_PLANS = '/run/topo/used-plans';

export interface Use {
  /** Of the plan: hex digits. */
  readonly id: string;
  /** When the plan was made. */
  readonly created: Date;
  /** So old a plan is refused anyway: nothing needs to be known of it. */
  readonly lifeMs: number;
  /** Makes the folder, for topo alone. */
  readonly makeFolder: (path: string) => void;
}

/** Throws where it cannot be kept. Two that come at once are told apart by the lock of the machine. */
export function noteUsed({ id, created, lifeMs, makeFolder }: Use): void {
  makeFolder(USED_PLANS);
  forget(lifeMs);
  const file = fileOf(id);
  closeSync(openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600));
  utimesSync(file, new Date(), created);
}

/** Null: it was not. */
export function whenUsed(id: string): Date | null {
  return lstatSync(fileOf(id), { throwIfNoEntry: false })?.ctime ?? null;
}

function forget(lifeMs: number): void {
  for (const name of readdirSync(USED_PLANS)) {
    const stat = lstatSync(`${USED_PLANS}/${name}`, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > lifeMs) rmSync(`${USED_PLANS}/${name}`, { force: true });
  }
}

const fileOf = (id: string): string => `${USED_PLANS}/${id}`;
