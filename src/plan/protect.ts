/** What a plan may not do: destroy or replace what a file, or the kernel's memory of one, protects. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { pathOfMoved } from '../model/moves.js';
import { parseMark } from '../model/names.js';
import type { Action, Plan } from '../model/plan.js';
import { PROTECTION, type ProtectionDefinition } from '../model/protection.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import type { KindOf } from './judge.js';

/** One error for each protected thing that the plan would destroy; what the file protects no more may go. */
export function protectedFrom(plan: Plan, desired: State, observed: State, kindOf: KindOf): readonly Diagnostic[] {
  const deletions = new Map(plan.actions.filter(({ change }) => change.action === 'delete').map((action) => [action.id, action]));
  if (deletions.size === 0) return [];
  const wanted = protectionsOf(desired);
  const known = protectionsOf(observed);
  const subjectOf = (resource: Resource): string => nowCalled(definitionOf(resource).subject, desired);
  const subjects = new Set([...wanted, ...known].map(subjectOf));
  return [...subjects].flatMap((subject): readonly Diagnostic[] => {
    const own = wanted.filter((one) => subjectOf(one) === subject);
    const remembered = known.filter((one) => subjectOf(one) === subject);
    const isInFile = subject === '' ? (desired.subjects?.size ?? 0) > 0 : desired.subjects?.has(subject) === true;
    // The file says of it that it is protected no more.
    if (isInFile && own.length === 0) return [];
    if (!isInFile)
      return own.length === 0 && subject === '' && desired.subjects !== undefined ? [] : [goes(subject, own[0] ?? remembered[0], desired)];
    const [was, is] = [driverOf(remembered), driverOf(own)];
    if (was !== undefined && is !== undefined && was !== is) return [anotherDriver(subject, was, is, own[0]?.at)];
    // A tunnel that the file has no need of any more may go.
    const objects = new Set([...objectsOf(own).filter((id) => desired.resources.has(id)), ...objectsOf(remembered)]);
    const doomed = [...deletions.values()].filter(({ id, change }) => objects.has(id) || isNamespaceOf(subject, change));
    return doomed.slice(0, 1).map((action) => goesWith(subject, action, own[0]?.at, kindOf));
  });
}

const protectionsOf = ({ resources }: State): readonly Resource[] => [...resources.values()].filter(({ kind }) => kind === PROTECTION);
const definitionOf = ({ definition }: Resource): ProtectionDefinition => definition as ProtectionDefinition;
/** What was moved is protected under its new name. */
function nowCalled(subject: string, { moves = [] }: State): string {
  const move = moves.find((one) => subject === pathOfMoved(one, one.from));
  return move === undefined ? subject : pathOfMoved(move, move.to);
}

const objectsOf = (protections: readonly Resource[]): readonly ResourceId[] => [
  ...new Set(protections.flatMap((one) => definitionOf(one).objects)),
];

const driverOf = (protections: readonly Resource[]): string | undefined =>
  protections.map((one) => definitionOf(one).driver).find((driver) => driver !== undefined);

/** Its former namespace, under whatever name; that of a container is the container's. */
function isNamespaceOf(subject: string, change: Action['change']): boolean {
  if (change.action !== 'delete' || change.before.kind !== 'netns' || 'container' in change.before.props) return false;
  const node = parseMark(String(change.before.props['mark']))?.object;
  return subject === `nodes.${node}` || subject === `hosts.${node}`;
}

const place = (at: SourceRange | undefined): { readonly at?: SourceRange } => (at === undefined ? {} : { at });

/** It is not in the file, or there is no file; `known` has a place where it comes from one. */
function goes(subject: string, known: Resource | undefined, { lab, subjects }: State): Diagnostic {
  const what = subject === '' ? `the lab ${lab}` : `${subject} of the lab ${lab}`;
  const message =
    subjects === undefined || subject === ''
      ? `${what} is protected, and would be destroyed`
      : `${what} is protected, and the file has it no more`;
  const first = subject === '' ? 'set protect: false in the file' : `set protect: false for it in the file`;
  const hint = `${subjects === undefined || subject === '' ? first : `put it back with protect: false`} and apply that; then it may go`;
  return { code: 'protected', severity: 'error', message, ...place(known?.at), hint };
}

function goesWith(subject: string, { change, reason, replacement }: Action, at: SourceRange | undefined, kindOf: KindOf): Diagnostic {
  const { before } = change as Extract<Action['change'], { action: 'delete' }>;
  const fate = replacement === undefined ? 'destroyed' : 'replaced';
  return {
    code: 'protected',
    severity: 'error',
    message: `${subject} is protected, and ${kindOf(before.kind).title(before)} would be ${fate}: ${reason}`,
    ...place(at),
    hint: 'take the change back, or set protect: false',
  };
}

/** Of what one driver makes another has nothing, but for a bridge: neither its addresses nor the interfaces of nodes, or the tunnels. */
function anotherDriver(subject: string, was: string, is: string, at: SourceRange | undefined): Diagnostic {
  const [[driver, size], [other, otherSize]] = [was.split('-'), is.split('-')] as [string[], string[]];
  const what = driver === other ? `block_size ${size} -> ${otherSize}` : `driver ${driver} -> ${other}`;
  return {
    code: 'protected',
    severity: 'error',
    message: `${subject} is protected, and would be made anew: ${what}`,
    ...place(at),
    hint: 'take the change back, or set protect: false',
  };
}
