import { familyOf, type Family } from '../model/address.js';
import type { SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation, NeighbourObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { BEHIND } from './kind.js';
import { containerNamespaces, netnsNeeds, onLink, ownNamespaces } from './ownership.js';
import { lastAddressOf } from './secondary.js';
import { isBehindTunnel } from './tunnel-neighbours.js';

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

export function neighbourResource({ netns, dev, address, mac, link, path, at }: NeighbourSpec): Resource {
  return {
    ...{ id: neighbourId(netns, dev, address), kind: 'neighbour', netns, props: { dev, address, mac } },
    ...{ needs: onLink(netns, link), goesWith: [link], path, at },
  };
}

/** An address that is answered for, and has no MAC address of its own, is an entry of another table. */
const observedId = (netns: string, { dev, address, mac }: NeighbourObservation): ResourceId =>
  `${neighbourId(netns, dev, address)}${mac === '' ? ' proxy' : ''}`;

/** What entries of a device have in common. */
type OnDevice = Pick<Resource, 'needs' | 'goesWith' | 'mayGoWith' | 'mayGoWithChange'>;

function onDevice(ns: NetnsObservation, dev: string, family: Family, { linkAt, fieldAt, desired }: FindContext): OnDevice {
  const { netns } = ns;
  const link = linkAt(netns, dev);
  return {
    ...(link === undefined ? { needs: netnsNeeds(netns) } : { needs: onLink(netns, link), goesWith: [link] }),
    ...(family === 6 ? {} : { mayGoWith: lastAddressOf(ns, dev, desired) }),
    // A link's new MAC empties its tables of both families, permanent entries too (NETDEV_CHANGEADDR, `neigh_changeaddr`).
    mayGoWithChange: fieldAt(netns, dev, 'mac'),
  };
}

function observed(ns: NetnsObservation, entries: readonly NeighbourObservation[], context: FindContext): readonly Resource[] {
  const { netns } = ns;
  const known = new Map<string, OnDevice>();
  const commonTo = (dev: string, family: Family): OnDevice => {
    const key = `${family} ${dev}`;
    const common = known.get(key) ?? onDevice(ns, dev, family, context);
    known.set(key, common);
    return common;
  };
  return entries.map((entry) => {
    const { dev, address, mac } = entry;
    return { id: observedId(netns, entry), kind: 'neighbour', netns, props: { dev, address, mac }, ...commonTo(dev, familyOf(address)) };
  });
}

/** Permanent entries only: the others are the kernel's, and come and go. */
const isSet = ({ permanent, mac }: NeighbourObservation): boolean => permanent && mac !== '';
const isSetOrProxy = ({ permanent, dev }: NeighbourObservation): boolean => permanent && dev !== '';

function find(context: FindContext): Found {
  const { observation, desired } = context;
  const own = ownNamespaces(observation, desired.lab).flatMap((ns) => {
    const entries = ns.neighbours.filter((entry) => isSetOrProxy(entry) && !isBehindTunnel(ns, entry, context));
    return observed(ns, entries, context);
  });
  const containers = containerNamespaces(observation, desired.lab).flatMap((ns) => {
    const ours = ns.neighbours.filter(
      (entry) => isSet(entry) && context.linkAt(ns.netns, entry.dev) !== undefined && !isBehindTunnel(ns, entry, context),
    );
    return observed(ns, ours, context);
  });
  // On the host entries are somebody's own, even on the lab's bridges.
  const { host } = observation;
  const ofHost = host.neighbours.filter(
    (entry) => isSet(entry) && desired.resources.has(neighbourId(HOST, entry.dev, entry.address)) && !isBehindTunnel(host, entry, context),
  );
  return { resources: [...own, ...containers, ...observed(host, ofHost, context)], conflicts: [] };
}

function operation(op: 'neighbour-set' | 'neighbour-delete', { netns, props }: Resource): Operation {
  return { op, netns, dev: String(props['dev']), address: String(props['address']), mac: String(props['mac']) };
}

export const neighbour: Kind = {
  name: 'neighbour',
  stage: () => BEHIND,
  inPlace: (field) => field === 'mac',
  defaults: ({ props: { dev, address } }) => ({ dev: dev ?? null, address: address ?? null }),
  find,
  create: (after) => [operation('neighbour-set', after)],
  restore: (after) => [operation('neighbour-set', after)],
  update: (_before, after) => [operation('neighbour-set', after)],
  delete: (before) => [operation('neighbour-delete', before)],
  title: ({ netns, props }) =>
    `${props['mac'] === '' ? 'proxy for' : 'neighbour'} ${String(props['address'])} on ${netns}:${String(props['dev'])}`,
};
