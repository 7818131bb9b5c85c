/**
 * `moved`: what had another name is looked at as if it had the new one already, with the mark that goes with it. The renames that
 * make that true come before everything else of a plan; what then differs is a change in place like any other.
 */
import type { Diagnostic } from '../model/diagnostic.js';
import { containerOf } from '../model/lo-marks.js';
import { pathOfMoved, type Move, type Renaming } from '../model/moves.js';
import { executedAltname, mark, parseMark } from '../model/names.js';
import type { LinkObservation, NamedNetnsObservation, NetnsObservation, Observation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { HOST, type ResourceId, type State } from '../model/state.js';
import { bridgeAltname, bridgeMoves } from './move-bridges.js';
import { renameLinks } from './move-links.js';
import { withRulesFirst } from './move-rules.js';
import { labNamespaces, loOf, markedId } from './ownership.js';

export interface Moved {
  readonly observation: Observation;
  readonly renamings: readonly Renaming[];
  readonly conflicts: readonly Diagnostic[];
  /** Objects of which no more than the name or the mark may be another one. */
  readonly ids: ReadonlySet<ResourceId>;
}

export function moveAll(observation: Observation, desired: State): Moved {
  const renamings: Renaming[] = [];
  const conflicts: Diagnostic[] = [];
  const ids = new Set<ResourceId>();
  let seen = observation;
  for (const move of desired.moves ?? []) {
    const both = move.isBack === true ? null : bothThere(seen, move, desired.lab);
    if (both !== null) {
      conflicts.push(both);
      continue;
    }
    const step = move.section === 'nodes' ? moveNode(seen, move, desired) : bridgeMoves(seen, move, desired);
    if (step === null) continue;
    seen = step.observation;
    renamings.push(...step.renamings);
    for (const id of step.ids) ids.add(id);
  }
  if (ids.size === 0) return { observation, renamings, conflicts, ids };
  const ruled = withRulesFirst(renamings, desired);
  const { links, renames } = renameLinks(seen, desired, ids);
  return { observation: links, renamings: [...ruled, ...renames], conflicts, ids };
}

const isNode = (ns: NetnsObservation, lab: string, node: string): boolean => {
  const known = parseMark(loOf(ns)?.alias ?? '');
  return known?.lab === lab && known.object === node;
};

function bothThere(observation: Observation, move: Move, lab: string): Diagnostic | null {
  const { section, from, to, at } = move;
  const has =
    section === 'nodes'
      ? (name: string) => observation.namespaces.some((ns) => isNode(ns, lab, name))
      : (name: string) =>
          [observation.host, ...labNamespaces(observation, lab)].some(({ links }) =>
            links.some(({ altnames }) => altnames.includes(bridgeAltname(lab, name))),
          );
  if (!has(from) || !has(to)) return null;
  return {
    code: 'moved-both',
    severity: 'error',
    message: `${pathOfMoved(move, from)} and ${pathOfMoved(move, to)} are both in the kernel: one cannot become the other`,
    at,
    hint: `remove the line; ${pathOfMoved(move, from)} is destroyed then`,
  };
}

interface Step {
  readonly observation: Observation;
  readonly renamings: readonly Renaming[];
  readonly ids: readonly ResourceId[];
}

/** Null: there is nothing of that name. A container has its name, and its labels, from its runtime: it is made anew. */
function moveNode(observation: Observation, move: Move, desired: State): Step | null {
  const { from, to, isBack } = move;
  const { lab } = desired;
  const named = (node: string): NamedNetnsObservation | undefined => observation.namespaces.find((ns) => isNode(ns, lab, node));
  const renamed = named(to);
  const source = named(from) ?? (isBack === true || (renamed !== undefined && isHalfMoved(renamed, desired)) ? renamed : undefined);
  const namespaceOf = (path: string) => [...desired.resources.values()].find((one) => one.kind === 'netns' && one.path === path);
  const target = namespaceOf(pathOfMoved(move, to));
  if (source === undefined || target === undefined || 'container' in target.props || isContainer(source, lab)) return null;
  const { netns } = target;
  const former = isBack === true ? namespaceOf(pathOfMoved(move, from)) : undefined;
  const processes = observation.processes.filter(({ owner }) => owner === from);
  const half = source.netns === netns ? nameInRecords(processes, netns, observation) : undefined;
  const was = former?.netns ?? half ?? source.netns;
  const isTaken = netns !== source.netns && observation.namespaces.some((ns) => ns.netns === netns && !ns.stale);
  if (isTaken) return null;
  const commands = formerCommands(source, desired, netns);
  const operations: Operation[] = [
    ...(netns === source.netns ? [] : [{ op: 'netns-rename' as const, netns: source.netns, to: netns }]),
    ...commands.flatMap(({ former, now }): Operation[] => [
      { op: 'altname-add', netns, name: 'lo', altname: executedAltname(now) },
      { op: 'altname-delete', netns, name: 'lo', altname: executedAltname(former) },
    ]),
    ...(processes.length === 0 ? [] : [{ op: 'process-move' as const, netns, lab, owner: from, to, was }]),
  ];
  const renaming: Renaming = { from: pathOfMoved(move, from), id: target.id, field: 'name', was: source.netns, is: netns, operations };
  const names = new Map(commands.map(({ former, now }) => [executedAltname(former), executedAltname(now)]));
  const inPlace = (ns: NamedNetnsObservation): NamedNetnsObservation =>
    ns !== source ? ns : { ...ns, netns, links: ns.links.map((link) => (link.name === 'lo' ? claimedLo(link, lab, to, names) : link)) };
  return {
    observation: renamedNetns(
      // A file of the new name, of somebody who was killed or is at it just now, is taken for it.
      { ...observation, namespaces: observation.namespaces.filter((ns) => !ns.stale || ns.netns !== netns).map(inPlace) },
      { was, source: source.netns, netns, isBack: isBack === true || half !== undefined },
      from,
      to,
    ),
    renamings: operations.length === 0 ? [] : [renaming],
    ids: [target.id],
  };
}

/** It has its new mark, and a link of it has still the old one: somebody was killed in between. */
function isHalfMoved({ links }: NetnsObservation, { lab, resources }: State): boolean {
  return links.some((link) => {
    const id = link.name === 'lo' ? null : markedId(link, lab);
    return id !== null && !resources.has(id);
  });
}

const isContainer = (ns: NetnsObservation, lab: string): boolean => {
  const kind = containerOf(loOf(ns)?.altnames ?? [], lab);
  return kind === 'started' || kind === 'attached';
};

function claimedLo(lo: LinkObservation, lab: string, node: string, names: ReadonlyMap<string, string>): LinkObservation {
  return { ...lo, claimed: mark(lab, node), altnames: lo.altnames.map((altname) => names.get(altname) ?? altname) };
}

/** Commands that were done under the former name. */
function formerCommands(
  ns: NetnsObservation,
  { resources }: State,
  netns: string,
): readonly { readonly former: string; readonly now: string }[] {
  const altnames = new Set(loOf(ns)?.altnames ?? []);
  return [...resources.values()].flatMap((resource) => {
    const former =
      resource.kind === 'exec' && resource.netns === netns ? (resource.definition as { former?: string } | undefined)?.former : undefined;
    const now = resource.id.slice(resource.id.lastIndexOf('/') + 1);
    return former === undefined || former === now || !altnames.has(executedAltname(former)) ? [] : [{ former, now }];
  });
}

/** The former name of a namespace that has its new one already, where somebody was killed before the records of its processes had it. */
function nameInRecords(processes: Observation['processes'], netns: string, { namespaces }: Observation): string | undefined {
  return processes
    .map(({ definition }) => definition?.netns)
    .find((name) => name !== undefined && name !== HOST && name !== netns && !namespaces.some((ns) => ns.netns === name && !ns.stale));
}

/** What names the namespace elsewhere. */
function renamedNetns(
  observation: Observation,
  { was, source, netns: is, isBack }: { readonly was: string; readonly source: string; readonly netns: string; readonly isBack: boolean },
  from: string,
  to: string,
): Observation {
  const { links } = observation.files;
  const files =
    source === is || !links.has(source)
      ? observation.files
      : { ...observation.files, links: new Map([...links].map(([name, link]) => [name === source ? is : name, link])) };
  const processes = observation.processes.map((one) =>
    one.owner === from || (isBack && one.owner === to)
      ? {
          ...one,
          owner: to,
          // Half moved, the record has one name and the namespace the other: it is looked for again when that is put right.
          inItsNamespace: one.inItsNamespace || isBack,
          definition: one.definition && {
            ...one.definition,
            netns: [was, source].includes(one.definition.netns) ? is : one.definition.netns,
          },
        }
      : one,
  );
  return { ...observation, files, processes };
}
