/**
 * Where a vxlan link sends frames for MAC addresses: the permanent entries of its own forwarding table. All of a link are one object
 * with a field for each MAC address: over hosts with hundreds of nodes they are most of what there is.
 */
import type { SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation } from '../model/observation.js';
import type { FdbOperation } from '../model/operation.js';
import type { FieldChange } from '../model/plan.js';
import type { Props, PropValue, Resource, ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { BEHIND } from './kind.js';
import { labNamespaces, onLink } from './ownership.js';
import { byLink, entriesOf, tableProps } from './table.js';

export interface FdbSpec {
  readonly netns: string;
  /** The vxlan link. */
  readonly dev: string;
  /** Not empty. */
  readonly entries: readonly FdbEntry[];
  readonly link: ResourceId;
  readonly path: string;
  readonly at: SourceRange;
}

export interface FdbEntry {
  /** The MAC address of zeros: frames for all, and for whom no other entry is; it may have many entries. */
  readonly mac: string;
  /** The other host's address. */
  readonly dst: string;
}

export const EVERYBODY = '00:00:00:00:00:00';

/** Group addresses, and the one of zeros, have as many entries as somebody likes; any other has one, wherever it leads. */
const isShared = (mac: string): boolean => mac === EVERYBODY || (parseInt(mac.slice(0, 2), 16) & 1) === 1;

const fdbId = (netns: string, dev: string): ResourceId => `fdb:${netns}/${dev}`;

/** By MAC address where frames go: `192.168.50.11`, with what is not as the link itself has it behind it; a list of those that have many. */
function propsOf(dev: string, entries: readonly (FdbEntry & { readonly other?: string })[]): Props {
  const single = new Map<string, string>();
  const shared = new Map<string, string[]>();
  for (const { mac, dst, other = '' } of entries) {
    const target = [dst, other].filter((words) => words !== '').join(' ');
    const known = shared.get(mac);
    if (!isShared(mac)) single.set(mac, target);
    else if (known === undefined) shared.set(mac, [target]);
    else known.push(target);
  }
  for (const targets of shared.values()) targets.sort();
  return tableProps(dev, [...single, ...shared]);
}

export function fdbResource({ netns, dev, entries, link, path, at }: FdbSpec): Resource {
  return {
    ...{ id: fdbId(netns, dev), kind: 'fdb', netns, props: propsOf(dev, entries) },
    ...{ needs: onLink(netns, link), goesWith: [link], path, at },
  };
}

/** The table of a link of the lab is the lab's. */
function find({ observation, desired, linkAt }: FindContext): Found {
  const tables = ({ netns, links, fdb = [] }: NetnsObservation): readonly Resource[] => {
    return [...byLink(fdb)].flatMap(([dev, some]) => {
      const link = linkAt(netns, dev);
      if (link?.startsWith('vxlan:') !== true) return [];
      const bridge = linkAt(netns, String(links.find(({ name }) => name === dev)?.attributes['master'] ?? ''));
      const needs = [...onLink(netns, link), ...(bridge === undefined ? [] : [bridge])];
      return [{ id: fdbId(netns, dev), kind: 'fdb', netns, props: propsOf(dev, some), needs, goesWith: [link] }];
    });
  };
  return { resources: [observation.host, ...labNamespaces(observation, desired.lab)].flatMap(tables), conflicts: [] };
}

const targetsOf = (value: PropValue | undefined): readonly string[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as readonly string[]) : [String(value)];

function add({ netns, props }: Resource, mac: string, targets: readonly string[]): readonly FdbOperation[] {
  const op = isShared(mac) ? 'fdb-append' : 'fdb-set';
  return targets.map((target) => ({ op, netns, dev: String(props['dev']), mac, ...wordsOf(target) }));
}

/**
 * Of several entries the one that is meant must be named, a single one goes by its MAC address. The bridge has learned by the
 * tunnel who is there, and for minutes would send there what is for a node that has come to this host itself.
 */
function remove({ netns, props, needs }: Resource, mac: string, targets: readonly string[]): readonly FdbOperation[] {
  const plain = { op: 'fdb-delete' as const, netns, dev: String(props['dev']), mac };
  if (isShared(mac)) return targets.map((target) => ({ ...plain, ...wordsOf(target) }));
  const isPort = needs.some((id) => id.startsWith('bridge:'));
  return targets.length === 0 ? [] : [{ ...plain, dst: '' }, ...(isPort ? [{ ...plain, dst: '', learned: true as const }] : [])];
}

function wordsOf(target: string): Pick<FdbOperation, 'dst' | 'other'> {
  const words = target.split(' ');
  const dst = /[.:]/.test(words[0]!) ? words.shift()! : '';
  return { dst, ...(words.length === 0 ? {} : { other: words.join(' ') }) };
}

function change(before: Resource, after: Resource, { field: mac, from, to }: FieldChange): readonly FdbOperation[] {
  const [was, will] = [targetsOf(from), targetsOf(to)];
  // A single entry is replaced, but for one that leads by a nexthop, which stays as it is (`vxlan_fdb_replace`).
  const goes = isShared(mac) || will.length === 0 || was.some((target) => target.startsWith('nhid '));
  const going = goes ? was.filter((target) => !will.includes(target)) : [];
  const coming = will.filter((target) => !was.includes(target));
  return [...remove(before, mac, going), ...add(after, mac, coming)];
}

export const fdb: Kind = {
  name: 'fdb',
  isTable: true,
  stage: () => BEHIND,
  inPlace: (field) => field !== 'dev',
  defaults: ({ props: { dev } }) => ({ dev: dev ?? null }),
  find,
  create: (after) => entriesOf(after).flatMap(([mac, value]) => add(after, mac, targetsOf(value))),
  update: (before, after, fields) => fields.flatMap((field) => change(before, after, field)),
  delete: (before) => entriesOf(before).flatMap(([mac, value]) => remove(before, mac, targetsOf(value))),
  title: ({ netns, props }) => `fdb of ${netns}:${String(props['dev'])}`,
};
