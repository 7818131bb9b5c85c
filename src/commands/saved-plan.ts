import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { noteUsed, whenUsed } from '../apply/used-plans.js';
import { makeOwnFolder } from '../kernel/own-folder.js';
import { kindOf } from '../kinds/index.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { hidePlan, hideProps } from '../plan/hide.js';
import { clock } from '../report/clock.js';
import { isWithin } from '../report/json-limits.js';
import { stalenessOf, changeLines, type ObjectChange, type Staleness } from '../report/saved-plan-stale.js';
import { parseSavedPlan, PLAN_LIMITS, savedPlan, SAVED_PLAN, savedPlanJson, type Basis, type SavedPlan } from '../report/saved-plan.js';
import { beginsLikePlan } from './begins-like-plan.js';
import type { Context } from './context.js';
import type { Lab } from './lab.js';
import type { Planned } from './planned.js';
import { VERSION } from './version.js';
import { WORDS } from './words.js';

/** What is kept is what was shown: a file lives longer than its purpose. */
const basisOf = (lab: Lab, { plan, observed }: Planned): Basis => ({
  plan: hidePlan(plan, kindOf),
  desired: lab.wanted.state,
  observed: observed.state,
  shown: (resource) => hideProps(resource, kindOf),
});

/** Another one after each start of the machine. */
const thisBoot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

/** Writes the plan to a file that only its owner can read; without sensitive values, of which it has fingerprints. */
export function savePlan(out: string, lab: Lab, planned: Planned, file: string, context: Context): void {
  const document = savedPlan(basisOf(lab, planned), {
    id: randomBytes(16).toString('hex'),
    program: VERSION,
    created: new Date().toISOString(),
    boot: thisBoot(),
    file: resolve(context.cwd, file),
    ...(lab.wanted.adopt === true ? { adopt: true as const } : {}),
  });
  const text = Buffer.from(savedPlanJson(document));
  if (!isWithin(text, PLAN_LIMITS))
    throw refusal('plan-too-large', `the plan cannot be saved: it ${tooLarge()}`, 'apply the topology itself, or make several labs of it');
  const path = resolve(context.cwd, out);
  const draft = `${path}.${process.pid}`;
  try {
    const obstacle = out === '-' ? 'apply reads it from a file, and from no stream' : inTheWay(path);
    if (obstacle !== null) throw unwritable(out, obstacle, 'give --out a name that is free, or that of an older plan');
    // Never through a link that somebody has put there.
    const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      for (let at = 0; at < text.length;) at += writeSync(fd, text, at);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    removeDraft(draft);
    if (error instanceof DiagnosticError) throw error;
    throw unwritable(
      out,
      String((error as NodeJS.ErrnoException).code),
      'see that the folder is there, that you may write to it, and that there is room',
    );
  }
  context.stderr.write(`The plan is in ${out}: topo apply ${out} does this, and only if nothing has changed until then.\n`);
}

const unwritable = (out: string, why: string, hint: string): DiagnosticError =>
  refusal('file-unwritable', `the plan cannot be written to ${out}: ${why}`, hint);

function removeDraft(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // Where it could not be made it need not be removed: its folder is no folder.
  }
}

/** What takes the place of a device or a pipe would be a file that nobody expects there; and the text of a topology is nowhere else. */
function inTheWay(path: string): string | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) return null;
  if (!stat.isFile()) return 'no regular file stands there';
  return stat.size === 0 || beginsLikePlan(path) ? null : 'the file that stands there is no saved plan';
}

const tooLarge = (): string =>
  `has more than ${PLAN_LIMITS.bytes / 1024 / 1024} MiB, ${PLAN_LIMITS.values} values, ${PLAN_LIMITS.names} names of members, or ${PLAN_LIMITS.depth} levels`;

/** The plan that the file is, which begins like one. */
export function readSavedPlan(name: string, context: Context): SavedPlan {
  const bytes = bytesOf(name, resolve(context.cwd, name));
  const saved = bytes === null ? null : parseSavedPlan(bytes);
  if (saved !== null) return saved;
  const hint = 'topo plan --out FILE writes one; what topo plan --json prints is for reading';
  if (bytes === null || !isWithin(bytes, PLAN_LIMITS))
    throw refusal('bad-plan', `${name} is no plan that topo has saved: it ${tooLarge()}`, hint);
  throw refusal('bad-plan', `${name} is no saved plan that this version of topo knows (${SAVED_PLAN})`, hint);
}

/** Null: there is too much of it. */
function bytesOf(name: string, path: string): Buffer | null {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return fstatSync(fd).size > PLAN_LIMITS.bytes ? null : readFileSync(fd);
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    throw refusal('file-unreadable', `${name} cannot be read: ${code}`, 'see that it is a regular file that you may read');
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Behind that nobody has a plan that is still to be applied, and what is known of those that were need not be kept. */
const DAYS = 30;
const LIFE_MS = DAYS * 24 * 60 * 60 * 1000;

/** Refuses a plan that was used, is too old, or does not fit any more. */
export async function refuseStale(name: string, saved: SavedPlan, lab: Lab, planned: Planned): Promise<void> {
  const problem = pastOf(name, saved);
  if (problem !== null) throw new DiagnosticError([problem]);
  const staleness = stalenessOf(saved, basisOf(lab, planned));
  if (staleness !== null) throw new DiagnosticError([await diagnosticOf(name, saved, staleness)], lab.sources);
}

/** From now on it is used, whatever comes of it. */
export function useUp(name: string, { id, created }: SavedPlan): void {
  try {
    noteUsed({ id, created: new Date(created), lifeMs: LIFE_MS, makeFolder: (path) => makeOwnFolder(path, 0o700) });
  } catch (error) {
    const message = `it cannot be noted that ${name} is used: ${error instanceof Error ? error.message : String(error)}; nothing was changed`;
    throw refusal('no-record', message, 'make room in /run/topo, or apply the topology itself');
  }
}

const anew = (name: string, { file }: SavedPlan): string => `make a new one: topo plan --out ${name} ${file}`;

/** What makes any plan useless, however well it may fit. */
function pastOf(name: string, saved: SavedPlan): Diagnostic | null {
  const used = whenUsed(saved.id);
  if (used !== null)
    return stale(`${name} has been applied already, at ${clock(used.toISOString())}: a plan is used once`, anew(name, saved));
  if (saved.boot !== thisBoot()) return stale(`${name} was made before this machine was started, or on another one`, anew(name, saved));
  const age = Date.now() - Date.parse(saved.created);
  return age > LIFE_MS ? stale(`${name} is older than ${DAYS} days`, anew(name, saved)) : null;
}

const SHOWN = 10;

async function diagnosticOf(name: string, saved: SavedPlan, staleness: Staleness): Promise<Diagnostic> {
  const again = anew(name, saved);
  switch (staleness.stale) {
    case 'topology': {
      const about = stale(`${name} is stale: ${saved.file}, or a variable in it, asks for something else by now`, again);
      return { ...about, related: await relatedOf(staleness.changes) };
    }
    case 'done':
      return stale(`the changes of ${name} have come in another way: nothing is left to do`, undefined);
    case 'plan':
      return stale(`${name} is not what would be done now: it was edited, or written by another version of topo`, again);
    case 'kernel':
      return {
        ...stale(`${name} is stale: the kernel has changed since it was made`, again),
        related: await relatedOf(staleness.changes),
      };
  }
}

async function relatedOf(changes: readonly ObjectChange[]): Promise<NonNullable<Diagnostic['related']>> {
  const lines = await Promise.all(changes.slice(0, SHOWN).map((change) => changeLines(change, WORDS)));
  return [...lines.flat(), ...(changes.length > SHOWN ? [{ message: `… and ${changes.length - SHOWN} more` }] : [])];
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
