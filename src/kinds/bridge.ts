import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { labGroup, mark, parseMark } from '../model/names.js';
import type { LinkObservation, NetnsObservation, NftTableObservation } from '../model/observation.js';
import type { LinkAttributes, Operation } from '../model/operation.js';
import { HOST, type PropValue, type Props, type Resource, type ResourceId, type State } from '../model/state.js';
import { comparedMac, keepMac, keptMac, readableNames } from './kept-mac.js';
import type { FindContext, Found, Kind } from './kind.js';
import { announceNewMac } from './new-mac.js';
import { BRIDGE_ATTRIBUTES } from './link-attributes.js';
import { linkSet, RARE_OF, writeRare } from './rare-attributes.js';
import { containerNamespaces, foreign, isOwnLink, markedId, netnsNeeds, otherType, ownNamespaces, unmarkedOfLab } from './ownership.js';

export interface BridgeSpec {
  readonly lab: string;
  /** Of the host that it is a bridge of. */
  readonly netns: string;
  readonly name: string;
  readonly mac: string;
  /** Nobody else has to know it. */
  readonly derivedMac: boolean;
  readonly mtu: number;
  /** A longer, readable name. */
  readonly altname: string;
  /** CIDRs. */
  readonly subnets: readonly string[];
  /** The host forwards for it. */
  readonly forwards: boolean;
  /** It has addresses on the bridge. */
  readonly hosted: boolean;
  /** Its nodes speak with each other. */
  readonly within: boolean;
  /** From elsewhere only published ports lead to them. */
  readonly isolated: boolean;
  readonly path: string;
  readonly at: SourceRange;
}

export const bridgeId = (netns: string, name: string): ResourceId => `bridge:${netns}/${name}`;

const attributeDefaults: Props = Object.fromEntries(BRIDGE_ATTRIBUTES.map((row) => [row.name, row.default]));
const defaults: Props = { ...attributeDefaults, mtu: 1500, up: true, txqlen: 1000 };

/** A bridge of the host. A MAC of its own: without one it takes a port's, and changes as ports come and go. */
export function bridgeResource(spec: BridgeSpec): Resource {
  const id = bridgeId(spec.netns, spec.name);
  const needs = netnsNeeds(spec.netns);
  return {
    id,
    kind: 'bridge',
    netns: spec.netns,
    props: {
      ...defaults,
      mac: spec.mac,
      mtu: spec.mtu,
      group: labGroup(spec.lab),
      alias: mark(spec.lab, id),
      altnames: [spec.altname],
    },
    needs,
    goesWith: needs,
    definition: {
      open: spec.forwards && spec.subnets.length > 0 && !spec.isolated,
      subnets: spec.subnets,
      forwards: spec.forwards,
      hosted: spec.hosted,
      within: spec.within,
      isolated: spec.isolated,
      derivedMacs: spec.derivedMac ? [''] : [],
    },
    path: spec.path,
    at: spec.at,
  };
}

function observed({ netns, nft, addresses }: Place, link: LinkObservation, wanted: Resource | undefined): Resource {
  const id = bridgeId(netns, link.name);
  const needs = netnsNeeds(netns);
  const props: Record<string, PropValue> = {};
  for (const field of [...Object.keys(defaults), 'mac']) props[field] = link.attributes[field] ?? null;
  writeRare(props, link, RARE_OF.bridge);
  const kept = keptMac([{ netns, link, prefix: '' }], wanted);
  return {
    id,
    kind: 'bridge',
    netns,
    // Killed before the alias was written: the mark is what is missing.
    props: { ...props, mac: comparedMac(link, wanted), group: link.group, alias: link.alias, altnames: readableNames(link) },
    definition: { ...kept.definition, open: isGateway(addresses, link.name) && !isClosed(nft, link.renamedFrom ?? link.name) },
    needs,
    goesWith: needs,
  };
}

/** The host has an address there: without one it forwards nothing. */
const isGateway = (addresses: NetnsObservation['addresses'], bridge: string): boolean =>
  addresses.some(({ dev, scope }) => dev === bridge && scope !== 'link');

/** The rules let new connections in from elsewhere by published ports at most, or not at all. */
function isClosed(table: NftTableObservation | null, bridge: string): boolean {
  const branch = table?.maps.find(({ name }) => name === 'forward-to')?.elements.find(({ text }) => text.startsWith(`"${bridge}" : `));
  const chain = branch?.text.slice(branch.text.lastIndexOf(' ') + 1);
  const rules = table?.chains.find(({ name }) => name === chain)?.rules ?? [];
  return rules.some(({ text }) => /^(?:iifname != "[^"]*" )?drop(?: comment|$)/.test(text));
}

/** Of the network that the readable name is of. */
const networkOf = (altnames: readonly string[]): string =>
  altnames.map((name) => /^topo\.[^.]+\.(.+)$/.exec(name)?.[1]).find(Boolean) ?? '';

/** Another link of the lab whose name is wanted for a bridge goes before the bridge comes. */
const isOtherOwn = (link: LinkObservation, lab: string): boolean => link.type !== 'bridge' && isOwnLink(link, lab);

function find(context: FindContext): Found {
  const { observation, desired } = context;
  // In a namespace that the lab made, what is in the way is drift (`stranger.ts`).
  const own = ownNamespaces(observation, desired.lab).flatMap(({ netns, links, nft, addresses }) => {
    const bridges = links.filter(({ type }) => type === 'bridge');
    return bridges.length === 0 ? [] : findIn({ netns, links: bridges, nft, addresses }, desired).resources;
  });
  const shared = [observation.host, ...containerNamespaces(observation, desired.lab)].map((ns) => findIn(ns, desired));
  return { resources: [...shared.flatMap(({ resources }) => resources), ...own], conflicts: shared.flatMap(({ conflicts }) => conflicts) };
}

type Place = Pick<NetnsObservation, 'netns' | 'links' | 'nft' | 'addresses'>;

function findIn(place: Place, desired: State): Found {
  const { netns, links } = place;
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  for (const link of links) {
    const wanted = desired.resources.get(bridgeId(netns, link.name));
    const marked = markedId(link, desired.lab)?.startsWith('bridge:') === true;
    const ours = link.type === 'bridge' && (marked || (unmarkedOfLab(link, desired.lab) && wanted !== undefined));
    if (ours) resources.push(observed(place, link, wanted));
    else if (wanted !== undefined && !isOtherOwn(link, desired.lab))
      conflicts.push(
        foreign('foreign-link', `a link named ${link.name}`, wanted, parseMark(link.alias)?.lab ?? null, otherType(link, 'bridge')),
      );
  }
  return { resources, conflicts };
}

const nameOf = (resource: Resource): string => resource.id.slice(resource.id.indexOf('/') + 1);
const altnamesOf = (resource: Resource): readonly string[] => resource.props['altnames'] as readonly string[];

function attributes(resource: Resource, fields: readonly string[]): LinkAttributes {
  return Object.fromEntries(
    fields
      .filter((field) => field !== 'altnames')
      .map((field) => [field, (resource.props[field] ?? RARE_OF.bridge[field]) as string | number | boolean]),
  );
}

/** Those that one has and the other has not. */
function altnameChanges(op: 'altname-add' | 'altname-delete', having: Resource, lacking: Resource | null): Operation[] {
  const others = lacking === null ? [] : altnamesOf(lacking);
  const changed = altnamesOf(having).filter((altname) => !others.includes(altname));
  return changed.map((altname) => ({ op, netns: having.netns, name: nameOf(having), altname }));
}

function create(after: Resource): Operation[] {
  return [{ op: 'link-add', netns: after.netns, name: nameOf(after), type: 'bridge', attributes: attributes(after, createdWith(after)) }];
}

const createdWith = (after: Resource): readonly string[] => Object.keys(after.props).filter((field) => field !== 'up');

/**
 * A bridge comes up last: an interface with IPv6 sends half a dozen multicast packets as it comes up, and the bridge
 * would hand each to all ports, a million copies of each for a thousand nodes. Altnames come last as well: another
 * bridge may have them until then.
 */
function finish(after: Resource, before: Resource | null): Operation[] {
  const up: Operation = { op: 'link-set', netns: after.netns, name: nameOf(after), attributes: attributes(after, ['up']) };
  const told = announceNewMac({ netns: after.netns, dev: nameOf(after) }, after, before);
  return [...altnameChanges('altname-add', after, before), ...(before === null ? [up] : []), ...told];
}

export const bridge: Kind = {
  name: 'bridge',
  stage: () => 2,
  inPlace: () => true,
  defaults: () => defaults,
  usual: RARE_OF.bridge,
  find,
  create,
  finish,
  update: (before, after, fields) => {
    const changed = fields.map((change) => change.field).filter((field) => field !== 'altnames');
    const set = linkSet(after.netns, nameOf(after), attributes(after, changed));
    return [...keepMac(before), ...set, ...altnameChanges('altname-delete', before, after)];
  },
  delete: (before) => [{ op: 'link-delete', netns: before.netns, name: nameOf(before) }],
  interfaces: (resource) => [{ netns: resource.netns, name: nameOf(resource) }],
  // One without a name of the lab's is not its own yet, and is adopted.
  opens: (resource) => {
    const network = networkOf(altnamesOf(resource));
    return (resource.definition as { readonly open?: boolean } | undefined)?.open === true && network !== '' ? [{ network }] : [];
  },
  title: (resource) => `bridge ${nameOf(resource)}${resource.netns === HOST ? '' : ` in ${resource.netns}`}`,
};
