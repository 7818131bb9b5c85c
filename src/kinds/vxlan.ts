/** A vxlan link of a namespace. Where it sends what is said by its forwarding table (`fdb.ts`). */
import { type Family, familyOf } from '../model/address.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { labGroup, mark } from '../model/names.js';
import type { LinkAttributes, Operation } from '../model/operation.js';
import type { Props, PropValue, Resource, ResourceId } from '../model/state.js';
import { bridgeId } from './bridge.js';
import type { Around, FindContext, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { VXLAN_ATTRIBUTES } from './link-attributes.js';
import { findLinks, type FoundLink } from './one-ended.js';
import { netnsNeeds } from './ownership.js';
import { PORT_DEFAULTS, portFields, type PortSettings } from './port-fields.js';
import { linkSet, RARE_OF, withoutNames, writeRare } from './rare-attributes.js';
import { vniConflicts } from './vni-in-use.js';

export interface VxlanSpec {
  readonly lab: string;
  readonly netns: string;
  readonly name: string;
  readonly vni: number;
  /** UDP port; 4789 is IANA's. */
  readonly dstport: number;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** The address that it sends from; absent: as the route has it. */
  readonly local?: string;
  /** The interface, of the same namespace, that it sends by; absent: as the route has it. */
  readonly dev?: string;
  /** It learns from what it receives where MAC addresses are. */
  readonly learning?: boolean;
  /** 0: the kernel's. */
  readonly ttl?: number;
  /** It answers ARP for the neighbours that are known on it. */
  readonly proxy?: boolean;
  /** The bridge, of the same namespace, that it is a port of. */
  readonly master?: string;
  /** Of the port: what is not as with any new one. */
  readonly port?: PortSettings;
  /** Interfaces behind the bridge that other hosts have learned to be behind `local`. */
  readonly learned?: readonly Speaker[];
  /** The bridge and `dev`, if the lab makes them. */
  readonly needs: readonly ResourceId[];
  readonly path: string;
  readonly at: SourceRange;
}

/** Where a word can be sent from. */
export interface Speaker {
  readonly netns: string;
  readonly dev: string;
  readonly family: Family;
}

interface Learned {
  readonly bridge: ResourceId;
  readonly speakers: readonly Speaker[];
}

/**
 * Of no node. A question for them passes ports with `neigh_suppress`. Not those of `address.ts`: one that is under way, for three
 * seconds, is not asked again (`neigh_event_send`).
 */
const NOBODY = { 4: '169.254.1.2', 6: '100::1' } as const;

export const vxlanId = (netns: string, name: string): ResourceId => `vxlan:${netns}/${name}`;

const ownDefaults: Props = Object.fromEntries(VXLAN_ATTRIBUTES.map((row) => [row.name, row.default]));
const defaults: Props = { ...ownDefaults, dstport: 4789, mtu: 1500, txqlen: 1000, master: '', up: true };

export function vxlanResource(spec: VxlanSpec): Resource {
  const id = vxlanId(spec.netns, spec.name);
  const { name, vni, dstport, mac, mtu, up, local = '', dev = '', learning = true, ttl = 0, proxy = false, master = '' } = spec;
  return {
    id,
    kind: 'vxlan',
    netns: spec.netns,
    props: {
      ...defaults,
      ...{ name, vni, dstport, local, dev, vxlan_learning: learning, ttl, proxy, mac, mtu, master, up },
      ...portFields(master !== '', spec.port),
      group: labGroup(spec.lab),
      alias: mark(spec.lab, id),
    },
    needs: [...netnsNeeds(spec.netns), ...spec.needs],
    ...(spec.learned === undefined
      ? {}
      : { definition: { bridge: bridgeId(spec.netns, master), speakers: spec.learned } satisfies Learned }),
    path: spec.path,
    at: spec.at,
  };
}

const FIELDS = [...Object.keys(defaults), 'mac'];

function observed({ ns, link, id, isShared }: FoundLink, context: FindContext): Resource {
  const { attributes } = link;
  const props: Record<string, PropValue> = { name: link.name };
  for (const field of FIELDS) props[field] = attributes[field] ?? null;
  const isPort = attributes['master'] !== '';
  for (const field of Object.keys(PORT_DEFAULTS)) props[field] = isPort ? (attributes[field] ?? null) : null;
  writeRare(props, link, RARE_OF.vxlan);
  const below = context.linkAt(ns.netns, String(attributes['dev'] ?? ''));
  const own = netnsNeeds(ns.netns);
  return {
    id,
    kind: 'vxlan',
    netns: ns.netns,
    props: { ...props, group: link.group, alias: link.alias },
    needs: [...own, ...(below === undefined ? [] : [below])],
    // It goes with the link that it sends by (`vxlan_handle_lowerdev_unregister`).
    goesWith: [...(isShared ? [] : own), ...(below === undefined ? [] : [below])],
  };
}

/** One error for each network: it is told before anything is done. */
function missingType({ observation, desired }: FindContext): readonly Diagnostic[] {
  if (observation.missingLinkTypes?.includes('vxlan') !== true) return [];
  const wanted = [...desired.resources.values()].filter(({ kind }) => kind === 'vxlan');
  return [...new Map(wanted.map((one) => [one.path, one])).values()].map(({ path, at }) => ({
    code: 'driver-unsupported',
    severity: 'error',
    message: `${path ?? 'a network'} takes links of type vxlan, and this kernel has none`,
    ...(at === undefined ? {} : { at }),
    hint: 'it takes CONFIG_VXLAN, as a part of the kernel or as a module; driver: calico, and flannel with backend: host-gw, do without',
  }));
}

/** What cannot change, in any case (`vxlan_changelink`), is refused even where it is as before: only what changes is sent. */
const FIXED = new Set(['name', 'vni', 'dstport', 'proxy', 'l2miss', 'l3miss', 'udp_csum']);

function inPlace(field: string, from: PropValue, to: PropValue): boolean {
  if (FIXED.has(field)) return false;
  // The kernel takes no other family for the one, and no "none" for the other is in the words of `ip link`.
  if (field === 'local') return from === '' || to === '' ? !`${String(from)}${String(to)}`.includes(':') : isOneFamily(from, to);
  return field !== 'dev' || to !== '';
}

const isOneFamily = (a: PropValue, b: PropValue): boolean => familyOf(String(a)) === familyOf(String(b));

function attributes({ props }: Resource, fields: readonly string[]): LinkAttributes {
  const entries = fields.filter((field) => field !== 'name').map((field) => [field, props[field] ?? RARE_OF.vxlan[field] ?? null] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string | number | boolean] => entry[1] !== null));
}

/** What differs from what a new link is by itself; a port's cost comes from the speed of the link below, until it is written. */
function createdWith({ props }: Resource): readonly string[] {
  const asNew = (field: string): boolean =>
    field !== 'cost' && props[field] === { ...PORT_DEFAULTS, ...ownDefaults, master: '', txqlen: 1000 }[field];
  return Object.keys(props).filter((field) => !asNew(field));
}

/** A port that changes its bridge is a new port there; a new `dev` may bring another MTU along (`vxlan_changelink`). */
function affected(fields: readonly string[]): readonly string[] {
  const more = [...(fields.includes('master') ? Object.keys(PORT_DEFAULTS) : []), ...(fields.includes('dev') ? ['mtu'] : [])];
  return [...fields, ...more.filter((field) => !fields.includes(field))];
}

const nameOf = ({ props }: Resource): string => String(props['name']);

/**
 * What other hosts have learned they believe for five minutes (`vxlan_snoop`, `ageing`): they would go on to send to the former address
 * what is for a node that says nothing. Those of a new bridge have just said something.
 */
function finish(after: Resource, before: Resource | null, { isNew }: Around): readonly Operation[] {
  const { bridge, speakers = [] } = (after.definition ?? {}) as Partial<Learned>;
  if (bridge === undefined || (before === null ? isNew(bridge) : before.props['local'] === after.props['local'])) return [];
  return speakers.map(({ netns, dev, family }) => ({ op: 'neighbour-set', netns, dev, address: NOBODY[family], mac: '', asks: true }));
}

export const vxlan: Kind = {
  name: 'vxlan',
  stage: () => WITHIN_NETNS + 1,
  inPlace,
  defaults: ({ props }) => ({ ...defaults, ...PORT_DEFAULTS, name: props['name'] ?? null }),
  usual: RARE_OF.vxlan,
  find: (context) => {
    const { resources, conflicts } = findLinks('vxlan', context, (found) => observed(found, context));
    return { resources, conflicts: [...conflicts, ...missingType(context), ...vniConflicts(context)] };
  },
  create: (after) => [
    { op: 'link-add', netns: after.netns, name: nameOf(after), type: 'vxlan', attributes: attributes(after, createdWith(after)) },
  ],
  update: (before, after, fields) => {
    const changed = attributes(after, affected(fields.map(({ field }) => field)));
    const name = nameOf(after);
    return [...linkSet(after.netns, name, changed), ...withoutNames(after.netns, name, before.props['altnames'])];
  },
  finish,
  delete: (before) => [{ op: 'link-delete', netns: before.netns, name: nameOf(before) }],
  interfaces: (resource) => [{ netns: resource.netns, name: nameOf(resource) }],
  title: ({ netns, props }) => `vxlan ${netns}:${String(props['name'])} vni ${String(props['vni'])}`,
};
