import type { SourceRange } from '../model/diagnostic.js';
import type { NeighbourObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { netnsNeeds, ownNamespaces } from './ownership.js';

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

/** Permanent entries only: the others are the kernel's, and come and go. */
function neighbourOf(netns: string, dev: string, address: string, mac: string, link: ResourceId | undefined): Resource {
  return {
    id: `neighbour:${netns}/${dev}/${address}`,
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

function find({ observation, desired, linkAt }: FindContext): Found {
  const found = (netns: string, entries: readonly NeighbourObservation[]): Resource[] =>
    entries
      .filter((entry) => entry.permanent && entry.mac !== '')
      .map((entry) => neighbourOf(netns, entry.dev, entry.address, entry.mac, linkAt(netns, entry.dev)));
  const own = ownNamespaces(observation, desired.lab).flatMap((ns) => found(ns.netns, ns.neighbours));
  // On the host nobody declares neighbours yet: entries there are somebody's own, even on the lab's links.
  const host = found(HOST, observation.host.neighbours).filter((resource) => desired.resources.has(resource.id));
  return { resources: [...own, ...host], conflicts: [] };
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
  update: (_before, after) => [operation('neighbour-set', after)],
  delete: (before) => [operation('neighbour-delete', before)],
  title: ({ netns, props }) => `neighbour ${String(props['address'])} on ${netns}:${String(props['dev'])}`,
};
