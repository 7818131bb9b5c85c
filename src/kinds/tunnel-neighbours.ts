/**
 * Who is behind a vxlan link: its permanent neighbours. All of a link are one object with a field for each address: over hosts with
 * hundreds of nodes they are most of what there is, beside the forwarding tables (`fdb.ts`).
 */
import { familyOf } from '../model/address.js';
import type { SourceRange } from '../model/diagnostic.js';
import type { NeighbourObservation, NetnsObservation } from '../model/observation.js';
import type { NeighbourOperation, Operation } from '../model/operation.js';
import type { FieldChange } from '../model/plan.js';
import type { Props, Resource, ResourceId } from '../model/state.js';
import type { Around, FindContext, Found, Kind } from './kind.js';
import { BEHIND } from './kind.js';
import { labNamespaces, onLink } from './ownership.js';
import { lastAddressOf } from './secondary.js';
import { byLink, entriesOf, tableProps } from './table.js';

export interface TunnelNeighboursSpec {
  readonly netns: string;
  /** The vxlan link. */
  readonly dev: string;
  /** Not empty. Addresses are canonical, without prefix length. */
  readonly entries: readonly { readonly address: string; readonly mac: string }[];
  readonly link: ResourceId;
  /** The bridge by which nodes are on the network whom nobody on the other side tells of the addresses. */
  readonly behind?: Bridge;
  readonly path: string;
  readonly at: SourceRange;
}

interface Bridge {
  readonly name: string;
  readonly id: ResourceId;
}

const tableId = (netns: string, dev: string): ResourceId => `neighbours:${netns}/${dev}`;

/** By address the MAC address. */
const propsOf = (dev: string, entries: TunnelNeighboursSpec['entries']): Props =>
  tableProps(
    dev,
    entries.map(({ address, mac }) => [address, mac] as const),
  );

export function tunnelNeighboursResource({ netns, dev, entries, link, behind, path, at }: TunnelNeighboursSpec): Resource {
  return {
    ...{ id: tableId(netns, dev), kind: 'neighbours', netns, props: propsOf(dev, entries) },
    ...{ needs: onLink(netns, link), goesWith: [link], path, at },
    ...(behind === undefined ? {} : { definition: behind }),
  };
}

/** Whether the entry is in such a table: one that is set, of a tunnel of the lab. */
export function isBehindTunnel(
  { netns }: NetnsObservation,
  { dev, mac, permanent }: NeighbourObservation,
  { linkAt }: FindContext,
): boolean {
  return permanent && mac !== '' && linkAt(netns, dev)?.startsWith('vxlan:') === true;
}

/** The table of a link of the lab is the lab's. */
function find(context: FindContext): Found {
  const { observation, desired } = context;
  const tables = (ns: NetnsObservation): readonly Resource[] => {
    const tunnels = new Set(ns.links.flatMap(({ name, type }) => (type === 'vxlan' ? [name] : [])));
    if (tunnels.size === 0) return [];
    const entries = ns.neighbours.filter((entry) => tunnels.has(entry.dev) && isBehindTunnel(ns, entry, context));
    return [...byLink(entries)].map(([dev, some]) => observed(ns, dev, some, context));
  };
  return { resources: [observation.host, ...labNamespaces(observation, desired.lab)].flatMap(tables), conflicts: [] };
}

function observed(ns: NetnsObservation, dev: string, entries: readonly NeighbourObservation[], context: FindContext): Resource {
  const { netns } = ns;
  const link = context.linkAt(netns, dev)!;
  const hasIpv4 = entries.some(({ address }) => familyOf(address) === 4);
  return {
    ...{ id: tableId(netns, dev), kind: 'neighbours', netns, props: propsOf(dev, entries) },
    ...{ needs: onLink(netns, link), goesWith: [link] },
    ...(hasIpv4 ? { mayGoWith: lastAddressOf(ns, dev, context.desired) } : {}),
    // A link's new MAC empties its tables of both families, permanent entries too (NETDEV_CHANGEADDR, `neigh_changeaddr`).
    mayGoWithChange: context.fieldAt(netns, dev, 'mac'),
    ...bridgeOf(ns, dev),
  };
}

/** For a rollback, which tells of them as a change does. */
function bridgeOf({ netns, links }: NetnsObservation, dev: string): { readonly definition?: Bridge } {
  const name = String(links.find((link) => link.name === dev)?.attributes['master'] ?? '');
  return name === '' ? {} : { definition: { name, id: `bridge:${netns}/${name}` } };
}

const set = ({ netns, props }: Resource, address: string, mac: string): NeighbourOperation => {
  return { op: 'neighbour-set', netns, dev: String(props['dev']), address, mac };
};

const remove = ({ netns, props }: Resource, address: string, mac: string): NeighbourOperation => {
  return { op: 'neighbour-delete', netns, dev: String(props['dev']), address, mac };
};

const change = (after: Resource, { field, from, to }: FieldChange): NeighbourOperation =>
  to === null ? remove(after, field, String(from)) : set(after, field, String(to));

const create = (after: Resource): readonly Operation[] => entriesOf(after).map(([address, mac]) => set(after, address, String(mac)));

/** What the kernel may have taken comes again, and what is not wanted goes: with the last address of IPv4 entries of IPv6 stay. */
const restore = (after: Resource, fields: readonly FieldChange[]): readonly Operation[] => [
  ...fields.filter(({ to }) => to === null).map((field) => change(after, field)),
  ...create(after),
];

/** What nodes on this side know of the address is older (`address.ts`). */
function finish(after: Resource, before: Resource | null, around: Around): readonly Operation[] {
  const behind = after.definition as Bridge | undefined;
  if (behind === undefined || around.isNew(behind.id)) return [];
  return entriesOf(after).flatMap(([address, mac]) => {
    const was = before?.props[address] ?? null;
    if (was === mac || (was === null && !around.isTold('neighbours', address))) return [];
    return [{ op: 'announce' as const, netns: after.netns, dev: behind.name, address, mac: String(mac) }];
  });
}

export const tunnelNeighbours: Kind = {
  name: 'neighbours',
  isTable: true,
  stage: () => BEHIND,
  inPlace: (field) => field !== 'dev',
  defaults: ({ props: { dev } }) => ({ dev: dev ?? null }),
  find,
  create,
  finish,
  restore,
  tells: (resource) => entriesOf(resource).map(([address]) => address),
  update: (_before, after, fields) => fields.map((field) => change(after, field)),
  delete: (before) => entriesOf(before).map(([address, mac]) => remove(before, address, String(mac))),
  title: ({ netns, props }) => `neighbours on ${netns}:${String(props['dev'])}`,
};
