import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { kindOf } from '../kinds/index.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { pathOfMoved, type Move, type Renaming } from '../model/moves.js';
import { expand } from '../networks/expand.js';
import { renamed } from '../networks/renamed.js';
import type { Resource, State } from '../model/state.js';
import { planBetween } from '../plan/between.js';
import { labNameOf } from '../topology/lab-name.js';
import type { TopologyFile } from '../topology/load.js';
import type { Context } from './context.js';
import { openRevision, type FormerFile, type Revision } from './git.js';
import { labOf, type ReadLab } from './lab.js';
import type { PlanFromArguments } from './options.js';
import { refuseProtected } from './planned.js';
import { planStatus, printPlan } from './print-plan.js';
import { readTopologyFile } from './read-file.js';

const GIT = 'git:';

/** `plan --from`: no kernel is asked, and no rights are needed. */
export async function run(args: PlanFromArguments, context: Context): Promise<number> {
  if (args.format === 'shell') throw noScript();
  const { before, after } = args.from.startsWith(GIT) ? ofRevision(args, context) : ofFiles(args, context);
  refuseTwoLabs(before, after);
  const wanted = stateOf(after, before);
  const { former, renamings } = movedState(before, wanted, stateOf(before, after), after);
  const plan = planBetween(wanted, former, kindOf, renamings);
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
  readonly lab: ReadLab;
}

/** Null: there is no such file on that side. */
interface Versions {
  readonly before: Version | null;
  readonly after: Version | null;
}

function ofFiles({ from, file }: PlanFromArguments, context: Context): Versions {
  return { before: versionOf(readFormer(from, context), context), after: versionOf(readTopologyFile(file, context), context) };
}

function readFormer(from: string, context: Context): TopologyFile {
  try {
    return readTopologyFile(from, context);
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostics[0]?.code !== 'file-missing') throw error;
    // What has a hint is a name mistyped.
    throw new DiagnosticError(error.diagnostics.map((each) => ({ hint: `a revision is written git:${from}`, ...each })));
  }
}

/** A file that one of the two has not is a lab that comes, or that goes. */
function ofRevision({ from, file }: PlanFromArguments, context: Context): Versions {
  const revision = openRevision(from.slice(GIT.length), file, context);
  const now = readIfThere(file, context);
  if (now instanceof DiagnosticError) {
    const gone = revision.topology(file);
    if (gone === null) throw now;
    return { before: versionOf(gone, context), after: null };
  }
  const before = revision.topology(file) ?? formerlyNamed(now, revision, context);
  return { before: before === null ? null : versionOf(before, context), after: versionOf(now, context) };
}

/** The same lab in a file of the folder that has another name by now. */
function formerlyNamed(now: TopologyFile, revision: Revision, context: Context): FormerFile | null {
  const nameOf = (file: TopologyFile): string | null => labNameOf(file, context.env).name;
  const gone = revision.topologiesIn(dirname(now.file)).filter(({ path }) => !existsSync(resolve(context.cwd, path)));
  return gone.find((file) => nameOf(file) === nameOf(now)) ?? null;
}

function readIfThere(file: string | undefined, context: Context): TopologyFile | DiagnosticError {
  try {
    return readTopologyFile(file, context);
  } catch (error) {
    const isGone =
      error instanceof DiagnosticError && error.diagnostics.every(({ code }) => code === 'file-missing' || code === 'no-topology');
    if (isGone) return error;
    throw error;
  }
}

const versionOf = (file: TopologyFile, context: Context): Version => ({ name: file.file, lab: labOf(file, context) });

function stateOf(version: Version | null, other: Version | null): State {
  return version?.lab.wanted.state ?? { lab: other?.lab.wanted.state.lab ?? '', resources: new Map() };
}

/** The former state under the names that the latter moves its things to. */
function movedState(
  before: Version | null,
  wanted: State,
  former: State,
  after: Version | null,
): { readonly former: State; readonly renamings: readonly Renaming[] } {
  const moves = (wanted.moves ?? []).filter((move) => former.subjects?.has(pathOfMoved(move, move.from)) === true);
  if (before === null || moves.length === 0) return { former, renamings: [] };
  const both = moves.filter((move) => former.subjects?.has(pathOfMoved(move, move.to)) === true);
  if (both.length > 0)
    throw new DiagnosticError(
      both.map((move) => bothThere(move, before.name)),
      after?.lab.sources,
    );
  const now = expand(renamed(before.lab.topology, moves)).state;
  const objectsOf = (state: State, path: string): readonly Resource[] =>
    [...state.resources.values()].filter((one) => (one.kind === 'netns' || one.kind === 'bridge') && one.path === path);
  const renamings = moves.flatMap((move): readonly Renaming[] => {
    const from = pathOfMoved(move, move.from);
    const before = objectsOf(former, from);
    const nameOf = ({ id }: Resource): string => id.slice(id.search(/[:/][^:/]*$/) + 1);
    return objectsOf(now, pathOfMoved(move, move.to)).flatMap((is): readonly Renaming[] => {
      // A network has a bridge on each of its hosts.
      const was = before.find(({ kind, netns }) => kind === 'netns' || netns === is.netns);
      if (was === undefined) return [];
      return [{ from, id: is.id, field: 'name', was: nameOf(was), is: nameOf(is), operations: [] }];
    });
  });
  return { former: now, renamings };
}

function bothThere(move: Move, file: string): Diagnostic {
  const { from, to, at } = move;
  const message = `${pathOfMoved(move, from)} and ${pathOfMoved(move, to)} are both in ${file}: one cannot become the other`;
  return { code: 'moved-both', severity: 'error', message, at, hint: 'remove the line' };
}

function refuseTwoLabs(before: Version | null, after: Version | null): void {
  if (before === null || after === null) return;
  const [old, now] = [before.lab.wanted.state.lab, after.lab.wanted.state.lab];
  if (old === now) return;
  const message = `${before.name} is the lab ${old} and ${after.name} is the lab ${now}: neither would change the other`;
  const hint = 'a lab under a new name is made beside the old one: destroy that one yourself';
  throw new DiagnosticError([{ code: 'two-labs', severity: 'error', message, hint }]);
}
