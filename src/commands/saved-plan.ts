import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { kindOf } from '../kinds/index.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { hidePlan } from '../plan/hide.js';
import { parseSavedPlan, savedPlan, SAVED_PLAN, stalenessOf, type SavedPlan, type Staleness } from '../report/saved-plan.js';
import type { Context } from './context.js';
import type { Lab } from './lab.js';
import type { Planned } from './planned.js';
import { VERSION } from './version.js';

/** What is kept is what was shown: a file lives longer than its purpose. */
const basisOf = (lab: Lab, { plan, observed }: Planned) => ({
  plan: hidePlan(plan, kindOf),
  desired: lab.wanted.state,
  observed: observed.state,
});

/** Writes the plan to a file that only its owner can read; without sensitive values, of which it has fingerprints. */
export function savePlan(out: string, lab: Lab, planned: Planned, file: string, context: Context): void {
  const document = savedPlan(basisOf(lab, planned), {
    program: VERSION,
    created: new Date().toISOString(),
    file: resolve(context.cwd, file),
    ...(lab.wanted.adopt === true ? { adopt: true as const } : {}),
  });
  const path = resolve(context.cwd, out);
  const draft = `${path}.${process.pid}`;
  try {
    // Never through a link that somebody has put there.
    const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      writeSync(fd, `${JSON.stringify(document, null, 2)}\n`);
    } finally {
      closeSync(fd);
    }
    // What takes the place of a device or a pipe would be a file that nobody expects there.
    if (!isReplaceable(path)) throw Object.assign(new Error(), { code: 'no regular file stands there' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw refusal(
      'file-unwritable',
      `the plan cannot be written to ${out}: ${String(code)}`,
      'see that the folder is there and that you may write to it',
    );
  }
  context.stderr.write(`The plan is in ${out}: topo apply ${out} does this, and only if nothing has changed until then.\n`);
}

function isReplaceable(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.isFile() || stat.isSymbolicLink();
}

/** A plan of tens of thousands of nodes. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/** The plan that the file is; undefined for a topology, and for what cannot be read. */
export function readSavedPlan(name: string, context: Context): SavedPlan | undefined {
  const text = textOf(resolve(context.cwd, name));
  if (text === undefined) return undefined;
  const saved = parseSavedPlan(text);
  if (saved !== null) return saved;
  const hint = 'topo plan --out FILE writes one; what topo plan --json prints is for reading';
  throw refusal('bad-plan', `${name} is no saved plan that this version of topo knows (${SAVED_PLAN})`, hint);
}

/** A topology is not read here: only what begins like a plan. */
function textOf(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile() || fstatSync(fd).size > MAX_PLAN_BYTES) return undefined;
    const beginning = Buffer.alloc(BEGINNING_BYTES);
    const length = readSync(fd, beginning, 0, BEGINNING_BYTES, 0);
    return BEGINNING.test(beginning.toString('latin1', 0, length)) ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const BEGINNING_BYTES = 64;
const BEGINNING = /^\s*\{\s*"format":\s*"topo-/;

/** Refuses a plan that does not fit any more. */
export function refuseStale(name: string, saved: SavedPlan, lab: Lab, planned: Planned): void {
  const staleness = stalenessOf(saved, basisOf(lab, planned));
  if (staleness !== null) throw new DiagnosticError([diagnosticOf(name, saved, staleness)]);
}

const SHOWN = 10;

function diagnosticOf(name: string, { file }: SavedPlan, staleness: Staleness): Diagnostic {
  const again = `make a new one: topo plan --out ${name} ${file}`;
  switch (staleness.stale) {
    case 'topology':
      return stale(`${name} is stale: ${file}, or a variable in it, asks for something else by now`, again);
    case 'done':
      return stale(`${name} has been applied already, or its changes have come in another way: nothing is left to do`, undefined);
    case 'plan':
      return stale(`${name} is not what would be done now: it was edited, or written by another version of topo`, again);
    case 'kernel': {
      const { changes } = staleness;
      const related = changes.slice(0, SHOWN).map((message) => ({ message }));
      const more = changes.length > SHOWN ? [{ message: `… and ${changes.length - SHOWN} more` }] : [];
      return { ...stale(`${name} is stale: the kernel has changed since it was made`, again), related: [...related, ...more] };
    }
  }
}

const stale = (message: string, hint: string | undefined): Diagnostic => ({
  code: 'stale-plan',
  severity: 'error',
  message,
  ...(hint === undefined ? {} : { hint }),
});

function refusal(code: string, message: string, hint: string): DiagnosticError {
  return new DiagnosticError([{ code, severity: 'error', message, hint }]);
}
