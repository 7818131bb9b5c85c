import { familyOf, type Family } from '../model/address.js';
import type { SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation, NeighbourObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { HOST, type Resource, type ResourceId } from '../model/state.js';
import type { Around, FindContext, Found, Kind } from './kind.js';
import { BEHIND } from './kind.js';
import { containerNamespaces, netnsNeeds, onLink, ownNamespaces } from './ownership.js';
import { lastAddressOf } from './secondary.js';

export interface NeighbourSpec {
  readonly netns: string;
  readonly dev: string;
  /** Canonical, without prefix length. */
  readonly address: string;
  readonly mac: string;
  readonly link: ResourceId;
  /** Of a tunnel's entry: the bridge by which nodes are on the network whom nobody on the other side tells of the address. */
  readonly behind?: Bridge;
  readonly path: string;
  readonly at: SourceRange;
}

interface Bridge {
  readonly name: string;
  readonly id: ResourceId;
}

const neighbourId = (netns: string, dev: string, address: string): ResourceId => `neighbour:${netns}/${dev}/${address}`;

export function neighbourResource({ netns, dev, address, mac, link, behind, path, at }: NeighbourSpec): Resource {
  const props = { dev, address, mac };
  const plain = {
    id: neighbourId(netns, dev, address),
    kind: 'neighbour',
    netns,
    props,
    needs: onLink(netns, link),
    goesWith: [link],
    path,
    at,
  };
  return behind === undefined ? plain : { ...plain, definition: behind };
}

/** An address that is answered for, and has no MAC address of its own, is an entry of another table. */
const observedId = (netns: string, { dev, address, mac }: NeighbourObservation): ResourceId =>
  `${neighbourId(netns, dev, address)}${mac === '' ? ' proxy' : ''}`;

/** What entries of a device have in common; a tunnel's table has hundreds. */
type OnDevice = Pick<Resource, 'needs' | 'goesWith' | 'mayGoWith' | 'mayGoWithChange' | 'definition'>;

function onDevice(ns: NetnsObservation, dev: string, family: Family, { linkAt, fieldAt, desired }: FindContext): OnDevice {
  const { netns } = ns;
  const link = linkAt(netns, dev);
  return {
    ...(link === undefined ? { needs: netnsNeeds(netns) } : { needs: onLink(netns, link), goesWith: [link] }),
    ...(family === 6 ? {} : { mayGoWith: lastAddressOf(ns, dev, desired) }),
    // A link's new MAC empties its tables of both families, permanent entries too (NETDEV_CHANGEADDR, `neigh_changeaddr`).
    mayGoWithChange: fieldAt(netns, dev, 'mac'),
    ...behindTunnel(ns, dev),
  };
}

/** For a rollback, which tells of them as a change does. */
function behindTunnel({ netns, links }: NetnsObservation, dev: string): { readonly definition?: Bridge } {
  const link = links.find(({ name }) => name === dev);
  const name = String(link?.attributes['master'] ?? '');
  return link?.type === 'vxlan' && name !== '' ? { definition: { name, id: `bridge:${netns}/${name}` } } : {};
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
  const own = ownNamespaces(observation, desired.lab).flatMap((ns) => observed(ns, ns.neighbours.filter(isSetOrProxy), context));
  const containers = containerNamespaces(observation, desired.lab).flatMap((ns) => {
    const ours = ns.neighbours.filter((entry) => isSet(entry) && context.linkAt(ns.netns, entry.dev) !== undefined);
    return observed(ns, ours, context);
  });
  // On the host entries are somebody's own, even on the lab's bridges; nobody but the lab has a use for its tunnels.
  const wanted = ({ dev, address }: NeighbourObservation): boolean =>
    desired.resources.has(neighbourId(HOST, dev, address)) || context.linkAt(HOST, dev)?.startsWith('vxlan:') === true;
  const ofHost = observation.host.neighbours.filter((entry) => isSet(entry) && wanted(entry));
  return { resources: [...own, ...containers, ...observed(observation.host, ofHost, context)], conflicts: [] };
}

function operation(op: 'neighbour-set' | 'neighbour-delete', { netns, props }: Resource): Operation {
  return { op, netns, dev: String(props['dev']), address: String(props['address']), mac: String(props['mac']) };
}

/** What nodes on this side know of the address is older (`address.ts`). */
function finish({ netns, props, definition }: Resource, before: Resource | null, around: Around): readonly Operation[] {
  const behind = definition as Bridge | undefined;
  if (behind === undefined || around.isNew(behind.id) || before?.props['mac'] === props['mac']) return [];
  if (before === null && !around.isTold('neighbour', String(props['address']))) return [];
  return [{ op: 'announce', netns, dev: behind.name, address: String(props['address']), mac: String(props['mac']) }];
}

export const neighbour: Kind = {
  name: 'neighbour',
  stage: () => BEHIND,
  inPlace: (field) => field === 'mac',
  defaults: ({ props: { dev, address } }) => ({ dev: dev ?? null, address: address ?? null }),
  find,
  create: (after) => [operation('neighbour-set', after)],
  finish,
  restore: (after) => [operation('neighbour-set', after)],
  update: (_before, after) => [operation('neighbour-set', after)],
  delete: (before) => [operation('neighbour-delete', before)],
  title: ({ netns, props }) =>
    `${props['mac'] === '' ? 'proxy for' : 'neighbour'} ${String(props['address'])} on ${netns}:${String(props['dev'])}`,
};
