/** A veth pair: one resource with two ends, `…` and `peer_…`. The first end is the one in a node, if one is; a port of a bridge is the second. */
import type { SourceRange } from '../model/diagnostic.js';
import { labGroup, mark } from '../model/names.js';
import type { LinkAttributes, Operation } from '../model/operation.js';
import { HOST, type PropValue, type Props, type Resource, type ResourceId } from '../model/state.js';
import { keepMac, type DerivedMacs } from './kept-mac.js';
import { WITHIN_NETNS, type Kind } from './kind.js';
import { announceNewMac } from './new-mac.js';
import { BRIDGE_PORT_ATTRIBUTES } from './link-attributes.js';
import { netnsNeeds } from './ownership.js';
import { linkSet, RARE_OF, withoutNames } from './rare-attributes.js';
import { endDefaults, prefixed, writeEnd } from './veth-end.js';
import { findVeths } from './veth-find.js';

export interface VethEndSpec {
  readonly netns: string;
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** The bridge, in the same namespace, that this end is a port of. */
  readonly master?: string;
  /** Of a bridge port: frames may leave by the port they came in. */
  readonly hairpin?: boolean;
  /** Of a bridge port: no frames pass between two such ports. */
  readonly isolated?: boolean;
  /** The file leaves the MAC address open, and nobody else has to know it. */
  readonly derivedMac?: boolean;
}

export interface VethSpec {
  readonly lab: string;
  readonly ends: readonly [VethEndSpec, VethEndSpec];
  /** Bridges that ends are ports of, if the lab makes them. */
  readonly needs: readonly ResourceId[];
  readonly path: string;
  readonly at: SourceRange;
}

const newEnd = endDefaults('');
/** Of fields that no desired pair has. */
const USUAL: Props = { ...RARE_OF.veth, ...prefixed('peer_', RARE_OF.veth) };
const pairDefaults: Props = { ...USUAL, ...endDefaults(''), ...endDefaults('peer_') };

interface EndPlace {
  readonly netns: string;
  readonly name: string;
  readonly master?: string;
}

/** Both ends in an order that does not depend on how they were written: nodes first, then by name. */
export function orderEnds<E extends EndPlace>(ends: readonly [E, E]): readonly [E, E] {
  const key = (end: E): string => `${end.netns === HOST || end.master !== undefined ? 1 : 0}/${end.netns}/${end.name}`;
  return key(ends[0]) <= key(ends[1]) ? ends : [ends[1], ends[0]];
}

export const vethId = (first: { readonly netns: string; readonly name: string }): ResourceId => `veth:${first.netns}/${first.name}`;

/** The id of the pair that the two ends make. */
export function vethIdOf(ends: readonly [EndPlace, EndPlace]): ResourceId {
  return vethId(orderEnds(ends)[0]);
}

function pairProps(lab: string, id: ResourceId, first: VethEndSpec, second: VethEndSpec): Props {
  const group = labGroup(lab);
  const alias = mark(lab, id);
  const props: Record<string, PropValue> = { name: first.name, peer_netns: second.netns, peer_name: second.name };
  writeEnd(props, '', { ...first }, newEnd);
  props['group'] = group;
  props['alias'] = alias;
  writeEnd(props, 'peer_', { ...second }, newEnd);
  props['peer_group'] = group;
  props['peer_alias'] = alias;
  return props;
}

export function vethResource(spec: VethSpec): Resource {
  const [first, second] = orderEnds(spec.ends);
  const id = vethId(first);
  return {
    id,
    kind: 'veth',
    netns: first.netns,
    props: pairProps(spec.lab, id, first, second),
    needs: [...netnsNeeds(first.netns), ...netnsNeeds(second.netns), ...spec.needs],
    definition: DERIVED[`${first.derivedMac === true}-${second.derivedMac === true}`],
    path: spec.path,
    at: spec.at,
  };
}

/** Four for all of thousands. */
const DERIVED: { readonly [ends in `${boolean}-${boolean}`]: DerivedMacs } = {
  'false-false': { derivedMacs: [] },
  'true-false': { derivedMacs: [''] },
  'false-true': { derivedMacs: ['peer_'] },
  'true-true': { derivedMacs: ['', 'peer_'] },
};

const FIXED = new Set(['name', 'peer_netns', 'peer_name']);

interface End {
  readonly netns: string;
  readonly name: string;
  readonly prefix: '' | 'peer_';
}

function endsOf(resource: Resource): readonly [End, End] {
  return [
    { netns: resource.netns, name: String(resource.props['name'] ?? ''), prefix: '' },
    { netns: String(resource.props['peer_netns'] ?? ''), name: String(resource.props['peer_name'] ?? ''), prefix: 'peer_' },
  ];
}

/** The attributes of one end among the fields; what is null does not apply. */
function attributes(resource: Resource, prefix: string, fields: readonly string[]): LinkAttributes {
  const own = fields.filter((field) => !FIXED.has(field) && field.startsWith('peer_') === (prefix === 'peer_'));
  const entries = own.map((field): [string, PropValue] => [field.slice(prefix.length), resource.props[field] ?? USUAL[field] ?? null]);
  return Object.fromEntries(entries.filter((entry): entry is [string, string | number | boolean] => entry[1] !== null));
}

/** What differs from what a new end is by itself, so that creating it takes no more than that. */
function worthSetting(all: LinkAttributes): LinkAttributes {
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => name === 'mtu' || name === 'up' || value !== newEnd[name]));
}

function without(all: LinkAttributes, ...names: readonly string[]): LinkAttributes {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

/** A port that changes its bridge is a new port there, with the settings that any new one has. */
function withPortSettings(fields: readonly string[]): readonly string[] {
  const moved = ['', 'peer_'].filter((prefix) => fields.includes(`${prefix}master`));
  const settings = moved.flatMap((prefix) => BRIDGE_PORT_ATTRIBUTES.map((row) => prefix + row.name));
  return [...fields, ...settings.filter((field) => !fields.includes(field))];
}

function create(after: Resource): Operation[] {
  const fields = Object.keys(after.props);
  const [first, second] = endsOf(after);
  const own = worthSetting(attributes(after, '', fields));
  const peer = worthSetting(attributes(after, 'peer_', fields));
  // The outer end is the one whose mark and master must be there from the first moment: the host's.
  const add: Operation = {
    op: 'link-add',
    netns: second.netns,
    name: second.name,
    type: 'veth',
    attributes: peer,
    peer: { netns: first.netns, name: first.name, attributes: without(own, 'up', 'alias') },
  };
  const rest: LinkAttributes = { alias: own['alias'] ?? '', ...(own['up'] === true ? { up: true } : {}) };
  return [add, { op: 'link-set', netns: first.netns, name: first.name, attributes: rest }];
}

export const veth: Kind = {
  name: 'veth',
  stage: () => WITHIN_NETNS,
  inPlace: (field) => !FIXED.has(field),
  defaults: () => pairDefaults,
  usual: USUAL,
  find: findVeths,
  create,
  update: (before, after, changes) => {
    const fields = withPortSettings(changes.map((change) => change.field));
    const sets = endsOf(after).flatMap(({ netns, name, prefix }) => [
      ...linkSet(netns, name, attributes(after, prefix, fields)),
      ...withoutNames(netns, name, before.props[`${prefix}altnames`]),
    ]);
    return [...keepMac(before), ...sets];
  },
  finish: (after, before) =>
    endsOf(after).flatMap(({ netns, name, prefix }) =>
      // A port of a bridge has no addresses.
      (after.props[`${prefix}master`] ?? '') === '' ? announceNewMac({ netns, dev: name, prefix }, after, before) : [],
    ),
  delete: (before) => {
    // The host's end, so that many go as one group; either end takes the other along.
    const ends = endsOf(before).filter((end) => end.name !== '');
    const isPort = ({ prefix }: End): boolean => (before.props[`${prefix}master`] ?? '') !== '';
    const end = ends.find((candidate) => candidate.netns === HOST) ?? ends.find(isPort) ?? ends[0];
    return end === undefined ? [] : [{ op: 'link-delete', netns: end.netns, name: end.name }];
  },
  interfaces: (resource) => endsOf(resource).filter((end) => end.name !== ''),
  title: (resource) => {
    const [first, second] = endsOf(resource);
    return `veth ${first.netns}:${first.name} <-> ${second.netns}:${second.name}`;
  },
};
