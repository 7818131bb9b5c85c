/** What was before, and whose place somebody else has taken meanwhile: it does not come back, nor does what stands on it. */
import type { Diagnostic } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { Observation } from '../model/observation.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import type { Sides } from './former.js';
import { kindOf } from './index.js';
import { netnsMark } from './ownership.js';

interface Places {
  /** Names of namespaces that are there, with the lab that each belongs to, if it does. */
  readonly namespaces: ReadonlyMap<string, string | null>;
  /** The same of links, by `netns/name`. */
  readonly links: ReadonlyMap<string, string | null>;
}

export interface Free extends Sides {
  /** One for each place that is taken. */
  readonly taken: readonly Diagnostic[];
  /** What was to be there, or on it. */
  readonly lost: ReadonlySet<ResourceId>;
}

/** `found` is the lab's as `seen` has it: what it has in a place is no stranger. */
export function withoutTaken({ desired, observed }: Sides, found: State, seen: Observation): Free {
  const own = new Set([...found.resources.values()].flatMap(placesOf));
  const places = foreignPlaces(seen, own);
  const lost = new Set<ResourceId>();
  const taken: Diagnostic[] = [];
  const bridges = new Set<string>();
  for (const one of desired.resources.values()) {
    if (found.resources.has(one.id)) continue;
    const inTheWay = stranger(one, places);
    if (inTheWay === null) continue;
    lost.add(one.id);
    taken.push(inTheWay);
    for (const place of interfacesOf(one)) bridges.add(place);
  }
  if (lost.size === 0) return { desired, observed, taken, lost };
  // Of what needs what: as deep as it goes.
  for (let before = -1; before !== lost.size;) {
    before = lost.size;
    for (const one of desired.resources.values())
      if (one.needs.some((needed) => lost.has(needed)) || mastersOf(one).some((place) => bridges.has(place))) lost.add(one.id);
  }
  const rest = (state: State): State => ({ ...state, resources: new Map([...state.resources].filter(([id]) => !lost.has(id))) });
  return { desired: rest(desired), observed: rest(observed), taken, lost };
}

const interfacesOf = (one: Resource): readonly string[] =>
  (kindOf(one.kind).interfaces?.(one) ?? []).map(({ netns, name }) => `${netns}/${name}`);

/** No observed port needs its bridge: a bridge may go from under it. */
const mastersOf = (one: Resource): readonly string[] =>
  (kindOf(one.kind).interfaces?.(one) ?? []).map(({ netns, prefix = '' }) => `${netns}/${String(one.props[`${prefix}master`] ?? '')}`);

const placesOf = (one: Resource): readonly string[] => (one.kind === 'netns' ? [one.netns] : interfacesOf(one));

function foreignPlaces({ host, namespaces }: Observation, own: ReadonlySet<string>): Places {
  const named = namespaces.filter(({ netns, stale }) => !stale && !own.has(netns));
  const links = [host, ...namespaces].flatMap((ns) =>
    ns.links.flatMap(({ name, alias }): (readonly [string, string | null])[] => {
      const place = `${ns.netns}/${name}`;
      return own.has(place) ? [] : [[place, parseMark(alias)?.lab ?? null]];
    }),
  );
  return { namespaces: new Map(named.map((ns) => [ns.netns, netnsMark(ns)?.lab ?? null])), links: new Map(links) };
}

function stranger(one: Resource, { namespaces, links }: Places): Diagnostic | null {
  if (one.kind === 'netns') {
    const owner = namespaces.get(one.netns);
    return owner === undefined ? null : taken('foreign-netns', `a network namespace named ${one.netns}`, owner);
  }
  // Each namespace has a lo, and what is in one that is taken is none of the lab's business.
  const place = interfacesOf(one).find((at) => links.has(at) && !at.endsWith('/lo') && !namespaces.has(at.slice(0, at.indexOf('/'))));
  return place === undefined ? null : taken('foreign-link', `a link named ${nameOf(place)}`, links.get(place) ?? null);
}

const nameOf = (place: string): string => (place.startsWith('host/') ? place.slice('host/'.length) : place.replace('/', ':'));

function taken(code: string, what: string, owner: string | null): Diagnostic {
  const whose = owner === null ? "is not marked as topo's" : `belongs to the lab ${owner}`;
  return {
    code,
    severity: 'error',
    message: `${what} exists by now and ${whose}: what there was before in its place does not come back`,
    hint: 'topo changes nothing that it did not make: remove it, or give it another name, and try again',
  };
}
