/** Links of what is moved: they get the marks, and the host's ends the names, that go with the new name. */
import type { Renaming } from '../model/moves.js';
import { mark } from '../model/names.js';
import type { LinkObservation, NetnsObservation, Observation } from '../model/observation.js';
import type { Resource, ResourceId, State } from '../model/state.js';
import { withRename } from './move-bridges.js';
import { labNamespaces, markedId } from './ownership.js';
import { isPeer } from './veth-find.js';

/** `ids` are those of namespaces and bridges that are moved; those of links are added. */
export function renameLinks(
  observation: Observation,
  desired: State,
  ids: Set<ResourceId>,
): { readonly links: Observation; readonly renames: readonly Renaming[] } {
  const places = new Map<string, NetnsObservation>(
    [observation.host, ...labNamespaces(observation, desired.lab)].map((ns) => [ns.netns, ns]),
  );
  const own = (netns: string, name: string): LinkObservation | undefined => {
    const link = places.get(netns)?.links.find((one) => one.name === name);
    return link !== undefined && markedId(link, desired.lab) !== null ? link : undefined;
  };
  const claim = (netns: string, was: string, is: string, id: ResourceId): void => {
    const ns = places.get(netns);
    if (ns !== undefined) places.set(netns, withRename(ns, { netns, was, is }, mark(desired.lab, id)));
  };
  const renames: Renaming[] = [];
  for (const resource of [...desired.resources.values()].filter((one) => isOfMoved(one, ids))) {
    const [place, peerPlace] = placesOf(resource);
    const link = own(place.netns, place.name);
    if (link?.type !== resource.kind) continue;
    if (peerPlace === undefined) {
      claim(place.netns, place.name, place.name, resource.id);
      ids.add(resource.id);
      continue;
    }
    const home = places.get(peerPlace.netns);
    const peer = home?.links.find(
      // Refused in between, one end may have its new mark, and the other one not.
      (one) => one.type === 'veth' && markedId(one, desired.lab) !== null && isPeer(one, link) && one !== link,
    );
    if (home === undefined || peer === undefined) continue;
    const isFree = peer.name === peerPlace.name || !home.links.some(({ name }) => name === peerPlace.name);
    if (!isFree) continue;
    ids.add(resource.id);
    claim(place.netns, place.name, place.name, resource.id);
    claim(peerPlace.netns, peer.name, peerPlace.name, resource.id);
    if (peer.name === peerPlace.name) continue;
    renames.push({
      from: resource.path ?? resource.id,
      id: resource.id,
      field: 'peer_name',
      was: peer.name,
      is: peerPlace.name,
      operations: [{ op: 'link-rename', netns: peerPlace.netns, name: peer.name, to: peerPlace.name }],
    });
  }
  const now = <N extends NetnsObservation>(ns: N): N => (places.get(ns.netns) as N | undefined) ?? ns;
  return { links: { ...observation, host: now(observation.host), namespaces: observation.namespaces.map(now) }, renames };
}

/** It stands in a namespace, or on a bridge, that is moved. */
function isOfMoved({ kind, needs }: Resource, ids: ReadonlySet<ResourceId>): boolean {
  return (kind === 'bridge' || kind === 'veth' || kind === 'vxlan' || kind === 'macvlan') && needs.some((id) => ids.has(id));
}

interface Place {
  readonly netns: string;
  readonly name: string;
}

function placesOf({ kind, netns, props }: Resource): readonly [Place, Place?] {
  const first = { netns, name: String(props['name']) };
  return kind === 'veth' ? [first, { netns: String(props['peer_netns']), name: String(props['peer_name']) }] : [first];
}
