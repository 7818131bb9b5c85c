/** Names on the way back: of what was moved, or taken over. */
import { adoptedMark, containerOf } from '../model/lo-marks.js';
import { movedBack, type Move, type Renaming } from '../model/moves.js';
import { pathOfNode } from '../model/node-path.js';
import { parseMark } from '../model/names.js';
import type { LinkObservation, NetnsObservation, Observation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import { findState } from './find.js';
import type { Former } from './former.js';
import { isKeptMac } from './kept-mac.js';
import { bridgeAltname } from './move-bridges.js';
import { loOf, netnsId } from './ownership.js';

/**
 * A plan looks at what is moved, or taken over, as if it had its new name and the MAC address that the file derives. On the
 * way back it counts as what it was.
 */
export function plainFormer(former: Former, { lab, resources, moves }: State, adopt: boolean): Former {
  if (moves === undefined && !adopt) return former;
  const plain = [...resources].map(([id, one]): [ResourceId, Resource] => [id, withoutDerivedMacs(one)]);
  return { ...former, state: findState(former.observation, { lab, resources: new Map(plain) }, { adopt }).state };
}

function withoutDerivedMacs(one: Resource): Resource {
  return { ...one, definition: { ...(one.definition as object | undefined), derivedMacs: [] } };
}

/** The same state, which gives what was moved its former name again. */
export function goingBack(state: State, { moves }: State): State {
  return moves === undefined ? state : { ...state, resources: withPaths(state, moves), moves: movedBack(moves) };
}

/** By which moves find what they are about; what is observed has none. */
function withPaths({ lab, resources }: State, moves: readonly Move[]): State['resources'] {
  const hosts = new Set(moves.flatMap(({ isHost, from, to }) => (isHost === true ? [from, to] : [])));
  const path = ({ kind, props }: Resource): string | undefined => {
    if (kind === 'netns') {
      const name = parseMark(String(props['mark']))?.object ?? '';
      return pathOfNode({ name, ...(hosts.has(name) ? { isHost: true } : {}) });
    }
    const altname =
      kind === 'bridge' ? (props['altnames'] as readonly string[]).find((one) => one.startsWith(bridgeAltname(lab, ''))) : undefined;
    return altname === undefined ? undefined : `networks.${altname.slice(bridgeAltname(lab, '').length)}`;
  };
  const named = [...resources].map(([id, one]): [ResourceId, Resource] => {
    const own = one.path ?? path(one);
    return [id, own === undefined ? one : { ...one, path: own }];
  });
  return new Map(named);
}

/** Altnames that were put on links of before, or taken from them, and of which no object tells. */
export function altnamesBack(
  { state: { lab }, observation }: Former,
  now: Observation,
  idOf: (netns: string, link: string) => ResourceId | undefined,
): readonly Renaming[] {
  const places = new Map([observation.host, ...observation.namespaces].map((ns) => [ns.netns, ns]));
  return [now.host, ...now.namespaces].flatMap((ns) =>
    ns.links.flatMap((link): readonly Renaming[] => {
      const before = places.get(ns.netns)?.links.find(({ index }) => index === link.index);
      const id = idOf(ns.netns, link.name);
      if (before === undefined || id === undefined) return [];
      const operations = altnameChanges(ns, link, before, lab);
      return operations.length === 0 ? [] : [{ from: id, id, field: 'altnames', was: '', is: '', operations }];
    }),
  );
}

function altnameChanges({ netns }: NetnsObservation, now: LinkObservation, before: LinkObservation, lab: string): readonly Operation[] {
  // Names of a bridge are an attribute of it, and names of lo tell what was done in its namespace.
  const isOther = now.type !== 'bridge' && now.name !== 'lo';
  const [there, former] = [now, before].map(({ altnames }) =>
    altnames.filter((altname) => isOther || isKeptMac(altname) || altname.startsWith(adoptedMark(lab, ''))),
  );
  const { name } = now;
  return [
    ...there!.filter((altname) => !former!.includes(altname)).map((altname): Operation => ({ op: 'altname-delete', netns, name, altname })),
    ...former!.filter((altname) => !there!.includes(altname)).map((altname): Operation => ({ op: 'altname-add', netns, name, altname })),
  ];
}

/**
 * A container's namespace of which the mark is gone and the name is not: it is the lab's all the same, if it was. The mark comes
 * back before all else.
 */
export function recalled(
  { state: { lab }, observation }: Former,
  now: Observation,
): { readonly seen: Observation; readonly marks: readonly Renaming[] } {
  const places = new Map(observation.namespaces.map((ns) => [ns.netns, ns]));
  const marks: Renaming[] = [];
  const namespaces = now.namespaces.map((ns) => {
    const before = places.get(ns.netns);
    const [lo, former] = [loOf(ns), before !== undefined && before.inode === ns.inode ? loOf(before) : undefined];
    if (lo === undefined || former === undefined || lo.alias !== '' || parseMark(former.alias)?.lab !== lab) return ns;
    // Of any other the number may be that of a new one by now, and one without a mark is nobody's.
    if (containerOf(former.altnames, lab) === null) return ns;
    const { netns } = ns;
    const altnames = former.altnames.filter((altname) => containerOf([altname], lab) !== null && !lo.altnames.includes(altname));
    const operations: readonly Operation[] = [
      { op: 'link-set', netns, name: 'lo', attributes: { alias: former.alias } },
      ...altnames.map((altname): Operation => ({ op: 'altname-add', netns, name: 'lo', altname })),
    ];
    marks.push({ from: netnsId(netns), id: netnsId(netns), field: 'mark', was: '', is: '', operations });
    const marked = { ...lo, alias: former.alias, altnames: [...lo.altnames, ...altnames] };
    return { ...ns, links: ns.links.map((link) => (link === lo ? marked : link)) };
  });
  return marks.length === 0 ? { seen: now, marks } : { seen: { ...now, namespaces }, marks };
}
