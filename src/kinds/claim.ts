/**
 * `--adopt`: what is somebody else's, and stands where the file wants something of that very kind, is looked at as if it had
 * the lab's mark. Its attributes are read as they are, so that a plan changes what differs, the mark among it.
 */
import { labGroup, mark, parseMark } from '../model/names.js';
import type { LinkObservation, NamedNetnsObservation, NetnsObservation, Observation } from '../model/observation.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import { labNamespaces, netnsId, netnsMark } from './ownership.js';
import { isPeer } from './veth-find.js';

export interface Claimed {
  readonly observation: Observation;
  /** What is taken over. */
  readonly ids: ReadonlySet<ResourceId>;
}

export function claim(observation: Observation, desired: State): Claimed {
  const ids = new Set<ResourceId>();
  const namespaces = observation.namespaces.map((ns) => claimNamespace(ns, desired, ids));
  const claimed = ids.size === 0 ? observation : { ...observation, namespaces };
  const marks = linkMarks(claimed, desired, ids);
  if (marks.size === 0) return { observation: claimed, ids };
  const marked = <N extends NetnsObservation>(ns: N): N => {
    const own = marks.get(ns.netns);
    return own === undefined ? ns : { ...ns, links: ns.links.map((link) => withMark(link, own.get(link.name))) };
  };
  return { observation: { ...claimed, host: marked(claimed.host), namespaces: claimed.namespaces.map(marked) }, ids };
}

const withMark = (link: LinkObservation, claimed: string | undefined): LinkObservation =>
  claimed === undefined ? link : { ...link, claimed };

/** That of a container is its runtime's. */
function claimNamespace(ns: NamedNetnsObservation, desired: State, ids: Set<ResourceId>): NamedNetnsObservation {
  const wanted = desired.resources.get(netnsId(ns.netns));
  if (wanted === undefined || ns.stale || 'container' in wanted.props || netnsMark(ns) !== null) return ns;
  ids.add(wanted.id);
  return { ...ns, links: ns.links.map((link) => withMark(link, link.name === 'lo' ? String(wanted.props['mark']) : undefined)) };
}

type Marks = Map<string, Map<string, string>>;

/** Links that are claimed: namespace → name → mark. */
function linkMarks(observation: Observation, desired: State, ids: Set<ResourceId>): Marks {
  const places = new Map(
    [observation.host, ...labNamespaces(observation, desired.lab)].map((ns) => [
      ns.netns,
      new Map(ns.links.map((link) => [link.name, link])),
    ]),
  );
  const marks: Marks = new Map();
  const claimLink = (netns: string, name: string, id: ResourceId): void => {
    marks.set(netns, (marks.get(netns) ?? new Map<string, string>()).set(name, mark(desired.lab, id)));
    ids.add(id);
  };
  for (const resource of desired.resources.values()) {
    const places_ = placesOf(resource);
    const links = places_.map(({ netns, name }) => places.get(netns)?.get(name));
    // Killed in between, one end may be the lab's by now, and the other one not.
    const isTaken = ({ alias }: LinkObservation): boolean => alias === mark(desired.lab, resource.id);
    const canBeTaken = (link: LinkObservation | undefined): boolean =>
      link !== undefined && (isFree(link, resource.kind, desired.lab) || isTaken(link));
    if (places_.length === 0 || !links.every(canBeTaken) || links.every((link) => isTaken(link!))) continue;
    const [first, second] = links as LinkObservation[];
    if (second !== undefined && !isPeer(first!, second)) continue;
    for (const { netns, name } of places_) claimLink(netns, name, resource.id);
  }
  return marks;
}

/** Nobody's: of no lab, and not one of this lab's that lacks its mark. */
const isFree = ({ type, alias, group }: LinkObservation, kind: string, lab: string): boolean =>
  type === kind && parseMark(alias) === null && group !== labGroup(lab);

/** Where the interfaces of a desired link are to be. */
function placesOf({ kind, netns, id, props }: Resource): readonly { readonly netns: string; readonly name: string }[] {
  if (kind === 'bridge') return [{ netns, name: id.slice(id.indexOf('/') + 1) }];
  if (kind === 'vxlan' || kind === 'macvlan') return [{ netns, name: String(props['name']) }];
  if (kind !== 'veth') return [];
  return [
    { netns, name: String(props['name']) },
    { netns: String(props['peer_netns']), name: String(props['peer_name']) },
  ];
}
