import { kindOf } from '../kinds/index.js';
import { DiagnosticError } from '../model/diagnostic.js';
import type { State } from '../model/state.js';
import { planBetween } from '../plan/between.js';
import type { TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';
import { fileOfRevision } from './git.js';
import { labOf, type Lab } from './lab.js';
import type { PlanFromArguments } from './options.js';
import { refuseProtected } from './planned.js';
import { planStatus, printPlan } from './print-plan.js';
import { readTopologyFile } from './read-file.js';

const GIT = 'git:';

/** `plan --from`: no kernel is asked, and no rights are needed. */
export async function run(args: PlanFromArguments, context: Context): Promise<number> {
  if (args.format === 'shell') throw noScript();
  const { before, after } = args.from.startsWith(GIT) ? ofRevision(args, context) : ofFiles(args, context);
  const [former, wanted] = [stateOf(before, after), stateOf(after, before)];
  refuseTwoLabs(before, after);
  const plan = planBetween(wanted, former, kindOf);
  refuseProtected(plan, wanted, former, { get: (name) => before?.lab.sources.get(name) ?? after?.lab.sources.get(name) });
  const name = after?.name ?? before?.name ?? '';
  const title = `What changes from ${args.from} to ${after === null ? `a state without ${name}` : name}, for the lab ${plan.lab}:`;
  const noChanges = `No changes. ${name} asks for what ${args.from} asks for.`;
  await printPlan(plan, { ...args, wording: { title, noChanges } }, context);
  return planStatus(plan, args);
}

function noScript(): DiagnosticError {
  const message = 'a script does what changes the kernel as it is, and --from asks no kernel';
  return new DiagnosticError([{ code: 'conflicting-arguments', severity: 'error', message, hint: 'leave out --from, or --format shell' }]);
}

interface Version {
  /** As the user names it. */
  readonly name: string;
  readonly lab: Lab;
}

/** Null: there is no such file on that side. */
interface Versions {
  readonly before: Version | null;
  readonly after: Version | null;
}

function ofFiles({ from, file }: PlanFromArguments, context: Context): Versions {
  return { before: versionOf(readTopologyFile(from, context), context), after: versionOf(readTopologyFile(file, context), context) };
}

/** A file that one of the two has not is a lab that comes, or that goes. */
function ofRevision({ from, file }: PlanFromArguments, context: Context): Versions {
  const revision = from.slice(GIT.length);
  const now = readIfThere(file, context);
  if (now instanceof DiagnosticError) {
    const gone = file === undefined ? null : fileOfRevision(revision, file, context);
    if (gone === null) throw now;
    return { before: versionOf(gone, context), after: null };
  }
  const before = fileOfRevision(revision, now.file, context);
  return { before: before === null ? null : versionOf(before, context), after: versionOf(now, context) };
}

function readIfThere(file: string | undefined, context: Context): TopologyFile | DiagnosticError {
  try {
    return readTopologyFile(file, context);
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics.every(({ code }) => code === 'file-missing')) return error;
    throw error;
  }
}

const versionOf = (file: TopologyFile, context: Context): Version => ({ name: file.file, lab: labOf(file, context) });

function stateOf(version: Version | null, other: Version | null): State {
  return version?.lab.wanted.state ?? { lab: other?.lab.wanted.state.lab ?? '', resources: new Map() };
}

function refuseTwoLabs(before: Version | null, after: Version | null): void {
  if (before === null || after === null) return;
  const [old, now] = [before.lab.wanted.state.lab, after.lab.wanted.state.lab];
  if (old === now) return;
  const message = `${before.name} is the lab ${old} and ${after.name} is the lab ${now}: neither would change the other`;
  const hint = 'a lab under a new name is made beside the old one: destroy that one yourself';
  throw new DiagnosticError([{ code: 'two-labs', severity: 'error', message, hint }]);
}
