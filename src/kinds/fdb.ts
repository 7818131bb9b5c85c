/** Where a vxlan link sends frames for a MAC address: permanent entries of its own forwarding table. */
import type { SourceRange } from '../model/diagnostic.js';
import type { FdbObservation, NetnsObservation } from '../model/observation.js';
import type { FdbOperation } from '../model/operation.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { BEHIND } from './kind.js';
import { labNamespaces, onLink } from './ownership.js';

export interface FdbSpec {
  readonly netns: string;
  /** The vxlan link. */
  readonly dev: string;
  /** The MAC address of zeros: frames for all, and for whom no other entry is; it may have many entries. */
  readonly mac: string;
  /** The other host's address. */
  readonly dst: string;
  readonly link: ResourceId;
  readonly path: string;
  readonly at: SourceRange;
}

export const EVERYBODY = '00:00:00:00:00:00';

/** Group addresses, and the one of zeros, have as many entries as somebody likes; any other has one, wherever it leads. */
const isShared = (mac: string): boolean => mac === EVERYBODY || (parseInt(mac.slice(0, 2), 16) & 1) === 1;

function fdbId(netns: string, { dev, mac, dst, other }: FdbObservation): ResourceId {
  if (!isShared(mac)) return `fdb:${netns}/${dev}/${mac}`;
  return `fdb:${netns}/${dev}/${mac}/${dst}${other === '' ? '' : `/${other}`}`;
}

export function fdbResource({ netns, dev, mac, dst, link, path, at }: FdbSpec): Resource {
  const props = { dev, mac, dst, other: '' };
  return { id: fdbId(netns, props), kind: 'fdb', netns, props, needs: onLink(netns, link), goesWith: [link], path, at };
}

/** `bridge`: the one that the link is a port of. */
function observed(netns: string, { dev, mac, dst, other }: FdbObservation, link: ResourceId, bridge: readonly ResourceId[]): Resource {
  const props = { dev, mac, dst, other };
  return { id: fdbId(netns, props), kind: 'fdb', netns, props, needs: [...onLink(netns, link), ...bridge], goesWith: [link] };
}

/** The table of a link of the lab is the lab's. */
function find({ observation, desired, linkAt }: FindContext): Found {
  const entries = ({ netns, links, fdb = [] }: NetnsObservation): readonly Resource[] => {
    const bridges = new Map<string, readonly ResourceId[]>();
    for (const { name, attributes } of fdb.length === 0 ? [] : links) {
      const bridge = linkAt(netns, String(attributes['master'] ?? ''));
      if (bridge !== undefined) bridges.set(name, [bridge]);
    }
    return fdb.flatMap((one) => {
      const link = linkAt(netns, one.dev);
      return link?.startsWith('vxlan:') === true ? [observed(netns, one, link, bridges.get(one.dev) ?? [])] : [];
    });
  };
  return { resources: [observation.host, ...labNamespaces(observation, desired.lab)].flatMap(entries), conflicts: [] };
}

function add({ netns, props }: Resource): readonly FdbOperation[] {
  const mac = String(props['mac']);
  return [{ op: isShared(mac) ? 'fdb-append' : 'fdb-set', netns, dev: String(props['dev']), mac, dst: String(props['dst']) }];
}

/**
 * Of several entries the one that is meant must be named, a single one goes by its MAC address. The bridge has learned by the
 * tunnel who is there, and for minutes would send there what is for a node that has come to this host itself.
 */
function remove({ netns, props, needs }: Resource): readonly FdbOperation[] {
  const mac = String(props['mac']);
  const plain = { op: 'fdb-delete' as const, netns, dev: String(props['dev']), mac };
  const isPort = needs.some((id) => id.startsWith('bridge:'));
  if (!isShared(mac)) return [{ ...plain, dst: '' }, ...(isPort ? [{ ...plain, dst: '', learned: true as const }] : [])];
  return [{ ...plain, dst: String(props['dst']), ...(props['other'] === '' ? {} : { other: String(props['other']) }) }];
}

export const fdb: Kind = {
  name: 'fdb',
  stage: () => BEHIND,
  inPlace: (field) => field === 'dst' || field === 'other',
  defaults: ({ props }) => ({ ...props, other: '' }),
  find,
  create: add,
  update: (_before, after) => add(after),
  delete: remove,
  title: ({ netns, props }) => `fdb ${String(props['mac'])} on ${netns}:${String(props['dev'])} to ${String(props['dst'])}`,
};
