/** A macvlan link: an interface of its own, with its own MAC address, on the wire of another one, its parent. */
import type { SourceRange } from '../model/diagnostic.js';
import { labGroup, mark } from '../model/names.js';
import type { LinkAttributes, Operation } from '../model/operation.js';
import type { PropValue, Props, Resource, ResourceId } from '../model/state.js';
import { comparedMac, keepMac, keptMac, type DerivedMacs } from './kept-mac.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { parentConflicts, type MacvlanDefinition } from './macvlan-parent.js';
import { findLinks, type FoundLink } from './one-ended.js';
import { linkSet, RARE_OF, withoutNames, writeRare } from './rare-attributes.js';
import { announceNewMac } from './new-mac.js';
import { isContainerToBe, netnsNeeds, remadeIn } from './ownership.js';

export interface MacvlanSpec {
  readonly lab: string;
  readonly netns: string;
  readonly name: string;
  readonly parent: { readonly netns: string; readonly name: string };
  readonly mode: string;
  /** Absent: in mode passthru the parent's. */
  readonly mac?: string;
  /** The file leaves the MAC address open. */
  readonly derivedMac?: boolean;
  /** Absent: the parent's. */
  readonly mtu?: number;
  readonly up: boolean;
  /** Settings of the interface that must be there before it comes up. */
  readonly settings?: readonly (readonly [key: string, value: string])[];
  /** What makes the parent, if the lab does. */
  readonly needs: readonly ResourceId[];
  readonly path: string;
  readonly at: SourceRange;
  /** Where the file names the parent. */
  readonly parentAt: SourceRange;
}

export const macvlanId = (netns: string, name: string): ResourceId => `macvlan:${netns}/${name}`;

const defaults: Props = { bc_queue_len: 1000, txqlen: 1000, up: true };

interface Definition extends MacvlanDefinition {
  readonly settings: NonNullable<MacvlanSpec['settings']>;
}

export function macvlanResource(spec: MacvlanSpec): Resource {
  const { lab, netns, name, parent, mode, mac = null, mtu = null, up, settings = [] } = spec;
  const id = macvlanId(netns, name);
  const definition: Definition & DerivedMacs = { settings, parentAt: spec.parentAt, derivedMacs: spec.derivedMac === true ? [''] : [] };
  return {
    id,
    kind: 'macvlan',
    netns,
    props: {
      ...{ name, parent_netns: parent.netns, parent: parent.name, mode },
      ...defaults,
      ...{ mac, mtu, up, group: labGroup(lab), alias: mark(lab, id) },
    },
    needs: [...netnsNeeds(netns), ...netnsNeeds(parent.netns), ...spec.needs],
    definition,
    path: spec.path,
    at: spec.at,
  };
}

/** What the parent decides is no field where the file leaves it to the parent. */
function observed({ ns, link, id, isShared }: FoundLink, { observation, desired, linkAt }: FindContext): Resource {
  const { attributes, parent } = link;
  const wanted = desired.resources.get(id)?.props;
  const mtuOfParent = [observation.host, ...observation.namespaces]
    .find(({ netns }) => netns === parent?.netns)
    ?.links.find(({ name }) => name === parent?.name)?.attributes['mtu'];
  const field = (name: string): PropValue => attributes[name] ?? null;
  const below = parent === undefined ? undefined : linkAt(parent.netns, parent.name);
  const own = netnsNeeds(ns.netns);
  const rare: Record<string, PropValue> = {};
  writeRare(rare, link, RARE_OF.macvlan);
  return {
    id,
    kind: 'macvlan',
    netns: ns.netns,
    props: {
      ...{ name: link.name, parent_netns: parent?.netns ?? null, parent: parent?.name ?? null, mode: field('mode') },
      ...{ bc_queue_len: field('bc_queue_len'), txqlen: field('txqlen'), up: field('up') },
      mac: wanted?.['mac'] === null ? null : comparedMac(link, desired.resources.get(id)),
      mtu: wanted?.['mtu'] === null && field('mtu') === mtuOfParent ? null : field('mtu'),
      ...{ group: link.group, alias: link.alias },
      ...rare,
    },
    needs: [...own, ...(below === undefined ? [] : [below])],
    // With its parent the kernel deletes it at once (`macvlan_device_event`), with its namespace some time after that is gone.
    goesWith: [...(isShared ? own : []), ...(below === undefined ? [] : [below])],
    ...remadeIn(!isShared && isContainerToBe(ns.netns, desired) ? own : []),
    ...keptMac([{ netns: ns.netns, link, prefix: '' }], desired.resources.get(id)),
    facts: { parent_mtu: mtuOfParent ?? null },
  };
}

function find(context: FindContext): Found {
  const { resources, conflicts } = findLinks('macvlan', context, (found) => observed(found, context));
  return { resources, conflicts: [...conflicts, ...parentConflicts(context, resources)] };
}

const FIXED = new Set(['name', 'parent', 'parent_netns']);

/** The kernel changes any mode into any other but passthru (`macvlan_changelink`). */
const inPlace = (field: string, from: PropValue, to: PropValue): boolean =>
  !FIXED.has(field) && !(field === 'mode' && (from === 'passthru' || to === 'passthru'));

function attributes({ props }: Resource, fields: readonly string[]): LinkAttributes {
  const entries = fields
    .filter((field) => !FIXED.has(field))
    .map((field) => [field, props[field] ?? RARE_OF.macvlan[field] ?? null] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string | number | boolean] => entry[1] !== null));
}

const nameOf = ({ props }: Resource): string => String(props['name']);

function create(after: Resource): Operation[] {
  const { netns, props, definition } = after;
  const { settings } = definition as Definition;
  const name = nameOf(after);
  const parent = { netns: String(props['parent_netns']), name: String(props['parent']) };
  // In mode passthru it is made with the parent's MAC address, whatever it was asked for.
  const isLater = (field: string): boolean => (field === 'mac' && props['mode'] === 'passthru') || (field === 'up' && settings.length > 0);
  const fields = Object.keys(props).filter((field) => props[field] !== defaults[field] || field === 'up');
  const later = attributes(after, fields.filter(isLater));
  const own = attributes(
    after,
    fields.filter((field) => !isLater(field)),
  );
  return [
    { op: 'link-add', netns, name, type: 'macvlan', attributes: own, parent },
    ...settings.map(([key, value]): Operation => ({ op: 'sysctl-set', netns, key, value, remember: false })),
    ...(Object.keys(later).length === 0 ? [] : [{ op: 'link-set' as const, netns, name, attributes: later }]),
  ];
}

export const macvlan: Kind = {
  name: 'macvlan',
  stage: () => WITHIN_NETNS + 1,
  inPlace,
  defaults: ({ props }) => ({ ...defaults, name: props['name'] ?? null, mac: null, mtu: null }),
  usual: RARE_OF.macvlan,
  find,
  create,
  update: (before, after, fields) => {
    const changed = attributes(
      after,
      fields.map(({ field }) => field),
    );
    const mtu = fields.some(({ field, to }) => field === 'mtu' && to === null) ? { mtu: Number(before.facts?.['parent_mtu']) } : {};
    const { netns } = after;
    const name = nameOf(after);
    return [...keepMac(before), ...linkSet(netns, name, { ...changed, ...mtu }), ...withoutNames(netns, name, before.props['altnames'])];
  },
  finish: (after, before) => announceNewMac({ netns: after.netns, dev: nameOf(after) }, after, before),
  delete: (before) => [{ op: 'link-delete', netns: before.netns, name: nameOf(before) }],
  interfaces: (resource) => [{ netns: resource.netns, name: nameOf(resource) }],
  title: ({ netns, props }) =>
    `macvlan ${netns}:${String(props['name'])} on ${String(props['parent_netns'] ?? '?')}:${String(props['parent'] ?? '?')}`,
};
