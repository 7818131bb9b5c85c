import { familyOf } from '../model/address.js';
import type { SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation, NeighbourObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { containerNamespaces, netnsNeeds, ownNamespaces } from './ownership.js';
import { lastAddressOf } from './secondary.js';

export interface NeighbourSpec {
  readonly netns: string;
  readonly dev: string;
  /** Canonical, without prefix length. */
  readonly address: string;
  readonly mac: string;
  readonly link: ResourceId;
  readonly path: string;
  readonly at: SourceRange;
}

const neighbourId = (netns: string, dev: string, address: string): ResourceId => `neighbour:${netns}/${dev}/${address}`;

/** Permanent entries only: the others are the kernel's, and come and go. */
function neighbourOf(netns: string, dev: string, address: string, mac: string, link: ResourceId | undefined): Resource {
  return {
    id: neighbourId(netns, dev, address),
    kind: 'neighbour',
    netns,
    props: { dev, address, mac },
    needs: [...netnsNeeds(netns), ...(link === undefined ? [] : [link])],
    ...(link === undefined ? {} : { goesWith: [link] }),
  };
}

export function neighbourResource(spec: NeighbourSpec): Resource {
  return { ...neighbourOf(spec.netns, spec.dev, spec.address, spec.mac, spec.link), path: spec.path, at: spec.at };
}

function observed(ns: NetnsObservation, { dev, address, mac }: NeighbourObservation, context: FindContext): Resource {
  const { netns } = ns;
  return {
    ...neighbourOf(netns, dev, address, mac, context.linkAt(netns, dev)),
    ...(familyOf(address) === 6 ? {} : { mayGoWith: lastAddressOf(ns, dev, context.desired) }),
    // A link's new MAC empties its tables of both families, permanent entries too (NETDEV_CHANGEADDR, `neigh_changeaddr`).
    mayGoWithChange: context.fieldAt(netns, dev, 'mac'),
  };
}

const isSet = ({ permanent, mac }: NeighbourObservation): boolean => permanent && mac !== '';

function find(context: FindContext): Found {
  const { observation, desired } = context;
  const own = ownNamespaces(observation, desired.lab).flatMap((ns) =>
    ns.neighbours.filter(isSet).map((entry) => observed(ns, entry, context)),
  );
  const containers = containerNamespaces(observation, desired.lab).flatMap((ns) =>
    ns.neighbours
      .filter((entry) => isSet(entry) && context.linkAt(ns.netns, entry.dev) !== undefined)
      .map((entry) => observed(ns, entry, context)),
  );
  // On the host entries are somebody's own, even on the lab's bridges; nobody but the lab has a use for its tunnels.
  const wanted = ({ dev, address }: NeighbourObservation): boolean =>
    desired.resources.has(neighbourId(HOST, dev, address)) || context.linkAt(HOST, dev)?.startsWith('vxlan:') === true;
  const host = observation.host.neighbours
    .filter((entry) => isSet(entry) && wanted(entry))
    .map((entry) => observed(observation.host, entry, context));
  return { resources: [...own, ...containers, ...host], conflicts: [] };
}

function operation(op: 'neighbour-set' | 'neighbour-delete', { netns, props }: Resource): Operation {
  return { op, netns, dev: String(props['dev']), address: String(props['address']), mac: String(props['mac']) };
}

export const neighbour: Kind = {
  name: 'neighbour',
  stage: () => WITHIN_NETNS + 3,
  inPlace: (field) => field === 'mac',
  defaults: ({ props: { dev, address } }) => ({ dev: dev ?? null, address: address ?? null }),
  find,
  create: (after) => [operation('neighbour-set', after)],
  restore: (after) => [operation('neighbour-set', after)],
  update: (_before, after) => [operation('neighbour-set', after)],
  delete: (before) => [operation('neighbour-delete', before)],
  title: ({ netns, props }) => `neighbour ${String(props['address'])} on ${netns}:${String(props['dev'])}`,
};
