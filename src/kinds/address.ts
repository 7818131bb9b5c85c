import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { broadcastOf, overlaps, familyOf } from '../model/address.js';
import { ROUTE_PROTOCOL } from '../model/names.js';
import type { AddressObservation, NetnsObservation } from '../model/observation.js';
import type { Operation } from '../model/operation.js';
import { HOST, type Props, type Resource, type ResourceId, type State } from '../model/state.js';
import type { Around, FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { isLoopbacksOwn } from './lo-own-addresses.js';
import { lacksLocalRoute } from './local-route.js';
import { containerNamespaces, netnsNeeds, ownNamespaces } from './ownership.js';
import { primariesOf } from './secondary.js';

export interface AddressSpec {
  readonly netns: string;
  readonly dev: string;
  /** Canonical, with prefix length. */
  readonly cidr: string;
  /** The link that carries it; it goes with that. */
  readonly link: ResourceId;
  /** Hosts may have learned that who has it is elsewhere: a word is sent from it as soon as it is there. */
  readonly announced?: boolean;
  /** What makes the wire where others may know the address elsewhere; null for somebody else's wire. Absent: there are no others. */
  readonly wire?: ResourceId | null;
  readonly path: string;
  readonly at: SourceRange;
}

export const addressId = (netns: string, dev: string, cidr: string): ResourceId => `address:${netns}/${dev}/${cidr}`;

type Announcement = Pick<AddressSpec, 'announced' | 'wire'>;

/** Of no router and no node; a question for the address itself (gratuitous ARP) a bridge does not send to ports with `neigh_suppress`. */
const NOBODY = '169.254.1.1';

const LOOPBACK_SCOPE = 'host';
const MAIN_TABLE = 254;
const BY_KERNEL = 2;

export function addressResource(spec: AddressSpec): Resource {
  return {
    id: addressId(spec.netns, spec.dev, spec.cidr),
    kind: 'address',
    netns: spec.netns,
    props: expected(spec.cidr, spec.dev === 'lo'),
    needs: [...netnsNeeds(spec.netns), spec.link],
    goesWith: [spec.link],
    ...(spec.wire === undefined ? {} : { definition: announcementOf(spec) }),
    path: spec.path,
    at: spec.at,
  };
}

function announcementOf({ announced, wire }: Announcement): Announcement {
  return { ...(announced === true ? { announced } : {}), ...(wire === undefined ? {} : { wire }) };
}

/** What an address has unless somebody changes it; written out, for a thousand of these are made at a time. */
function expected(cidr: string, onLoopback = false): Props {
  const v6 = familyOf(cidr) === 6;
  return {
    scope: scopeOf(cidr),
    permanent: true,
    noprefixroute: false,
    metric: 0,
    subnet_route: true,
    local_route: true,
    peer: '',
    broadcast: v6 || onLoopback ? '' : broadcastOf(cidr),
    nodad: v6,
  };
}

/** The scope that the address itself implies: the kernel computes it for IPv6, `ip` does for IPv4. */
function scopeOf(cidr: string): string {
  if (cidr.startsWith('127.') || cidr.startsWith('::1/')) return LOOPBACK_SCOPE;
  return /^fe[89ab]/.test(cidr) ? 'link' : 'global';
}

/** What the kernel adds by itself: lo's own addresses, link-local ones, those from router advertisements. */
function isKernels(address: AddressObservation, { addresses }: NetnsObservation): boolean {
  if (isLoopbacksOwn(address.dev, address.address)) return true;
  if (!address.permanent && address.address.includes(':')) return true;
  if (address.scope !== 'link' || !address.address.includes(':') || address.nodad) return false;
  return address.protocol !== BY_HAND || !addresses.some(({ protocol }) => protocol !== BY_HAND);
}

/** IFA_PROTO of what no part of the kernel has made: those are told apart since 5.18, before that all have none. */
const BY_HAND = 0;

/**
 * The kernel makes a route to the subnet along with the address; somebody may have deleted that alone. Links that are down
 * have none, lo has others, an address for one host alone needs none.
 */
function lacksSubnetRoute({ links, routes }: NetnsObservation, { dev, address, noprefixroute, peer }: AddressObservation): boolean {
  const length = address.slice(address.indexOf('/'));
  if (dev === 'lo' || noprefixroute || peer !== '' || length === '/32' || length === '/128') return false;
  const own = routes.some(
    (route) =>
      route.protocol === BY_KERNEL &&
      route.dev === dev &&
      route.table === MAIN_TABLE &&
      route.to.endsWith(length) &&
      overlaps(route.to, address),
  );
  return !own && links.some((link) => link.name === dev && link.attributes['up'] === true);
}

/** A second one of the kind, to another end, is another address. */
function observedId({ netns, addresses }: NetnsObservation, address: AddressObservation): ResourceId {
  const id = addressId(netns, address.dev, address.address);
  if (address.peer === '') return id;
  const alike = addresses.filter((other) => other.dev === address.dev && other.address === address.address);
  return (alike.find(({ peer }) => peer === '') ?? alike[0]) === address ? id : `${id} peer ${address.peer}`;
}

function observedAddress(ns: NetnsObservation, address: AddressObservation, goesWith: ResourceId | undefined): Resource {
  const primaries = primariesOf(ns.addresses, address);
  return {
    id: observedId(ns, address),
    kind: 'address',
    netns: ns.netns,
    props: {
      scope: address.scope,
      permanent: address.permanent,
      noprefixroute: address.noprefixroute,
      metric: address.metric,
      subnet_route: !lacksSubnetRoute(ns, address),
      local_route: !lacksLocalRoute(ns, address),
      peer: address.peer,
      broadcast: address.broadcast,
      nodad: address.nodad,
    },
    needs: goesWith === undefined ? netnsNeeds(ns.netns) : [...netnsNeeds(ns.netns), goesWith],
    goesWith: goesWith === undefined ? [] : [goesWith],
    mayGoWith: primaries.map((other) => addressId(ns.netns, other.dev, other.address)),
  };
}

function find({ observation, desired, linkAt }: FindContext): Found {
  const resources: Resource[] = [];
  for (const ns of ownNamespaces(observation, desired.lab)) {
    for (const address of ns.addresses) {
      if (!isKernels(address, ns) || desired.resources.has(addressId(ns.netns, address.dev, address.address))) {
        resources.push(observedAddress(ns, address, linkAt(ns.netns, address.dev)));
      }
    }
  }
  // Of the host, and of containers, only what stands on the lab's own links.
  for (const ns of [observation.host, ...containerNamespaces(observation, desired.lab)]) {
    for (const address of ns.addresses) {
      const link = linkAt(ns.netns, address.dev);
      const wanted = desired.resources.has(addressId(ns.netns, address.dev, address.address));
      if (link !== undefined && (wanted || !isKernels(address, ns))) resources.push(observedAddress(ns, address, link));
    }
  }
  return { resources, conflicts: overlappingRoutes(observation.host, desired, (dev) => linkAt(HOST, dev) !== undefined) };
}

/**
 * A subnet that the host already reaches another way would be cut off, or cut that off. What an earlier form of the lab
 * made goes, or the file's own check has found it.
 */
function overlappingRoutes(host: NetnsObservation, desired: State, isOwn: (dev: string) => boolean): readonly Diagnostic[] {
  const conflicts: Diagnostic[] = [];
  const foreign = host.routes.filter(
    ({ dev, table, to, protocol }) =>
      table === MAIN_TABLE && !isDefault(to) && !(isOwn(dev) && (protocol === BY_KERNEL || protocol === ROUTE_PROTOCOL)),
  );
  for (const resource of desired.resources.values()) {
    const wanted = resource.netns === HOST ? destinationOf(resource) : undefined;
    if (wanted === undefined) continue;
    const { cidr, dev } = wanted;
    // To one address within a subnet that the host is on (a node on its LAN): meant so, and the longer prefix goes first.
    const inTheWay = isOneAddress(cidr) ? (to: string) => to === cidr : (to: string) => overlapsSubnet(to, cidr);
    const route = foreign.find((other) => (other.dev !== dev || resource.kind === 'route') && inTheWay(other.to));
    if (route === undefined) continue;
    conflicts.push({
      code: 'subnet-overlaps-route',
      severity: 'error',
      message: `${cidr} on ${dev} overlaps the host's route ${route.to}${route.via === '' ? '' : ` via ${route.via}`}${route.dev === '' ? '' : ` dev ${route.dev}`}`,
      ...(resource.at === undefined ? {} : { at: resource.at }),
      hint: 'choose another subnet, or remove the route',
    });
  }
  return conflicts;
}

/** What a route leads to, or an address, along with which there is one. */
function destinationOf(resource: Resource): { readonly cidr: string; readonly dev: string } | undefined {
  if (resource.kind === 'route') return { cidr: String(resource.props['to']), dev: String(resource.props['dev']) };
  if (resource.kind !== 'address') return undefined;
  const [dev, cidr] = splitId(resource);
  // An address alone makes no route.
  return isOneAddress(cidr) ? undefined : { cidr, dev };
}

const isOneAddress = (cidr: string): boolean => /(\.\d+\/32|:[\da-f]*\/128)$/.test(cidr);

/** In halves as well, as VPNs write them so that they go before the one that is there, and all of unicast IPv6. */
const DEFAULTS = new Set(['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '::/0', '::/1', '8000::/1', '2000::/3']);
const isDefault = (to: string): boolean => DEFAULTS.has(to);

/** Multicast and link-local routes of the kernel stand on every interface and are in nobody's way. */
function overlapsSubnet(to: string, cidr: string): boolean {
  return !/^(fe80|ff)/.test(to) && overlaps(to, cidr);
}

function splitId(resource: Resource): readonly [dev: string, cidr: string] {
  const rest = resource.id.slice('address:'.length + resource.netns.length + 1).split(' ', 1)[0]!;
  const slash = rest.indexOf('/');
  return [rest.slice(0, slash), rest.slice(slash + 1)];
}

function operation(op: 'address-add' | 'address-delete' | 'address-replace', resource: Resource): Operation {
  const [dev, address] = splitId(resource);
  const { scope, broadcast, nodad, peer, metric, noprefixroute } = resource.props;
  return {
    op,
    netns: resource.netns,
    dev,
    address,
    scope: String(scope),
    broadcast: String(broadcast),
    nodad: nodad === true,
    ...(peer === '' ? {} : { peer: String(peer) }),
    ...(metric === 0 ? {} : { metric: Number(metric) }),
    ...(noprefixroute === true ? { noprefixroute } : {}),
  };
}

/**
 * Neighbours believe what they know of an address for half a minute and more (`base_reachable_time_ms`, `delay_first_probe_time`), and what
 * they send meanwhile goes to who had it before. Where the wire is new nobody knows anything.
 *
 * Bridges and tunnels learn from what is sent where a MAC address is, and believe it for five minutes (`ageing_time`): whoever has
 * moved is heard of by its first frame. IPv6 sends some by itself. The bridges are up by now.
 */
function finish(after: Resource, before: Resource | null, around: Around): readonly Operation[] {
  const { netns, definition } = after;
  const { announced = false, wire } = (definition ?? {}) as Announcement;
  if (before !== null || wire === undefined) return [];
  const [dev, cidr] = splitId(after);
  const asks: readonly Operation[] = announced ? [{ op: 'neighbour-set', netns, dev, address: NOBODY, mac: '', asks: true }] : [];
  if (wire !== null && (around.isNew(wire) || !around.isTold('address', cidr))) return asks;
  return [...asks, ...announce(after)];
}

/** Of which it is not known what wire it is on; lo has none. */
export function announceAgain(resource: Resource, around: Around): readonly Operation[] {
  return around.isTold('address', splitId(resource)[1]) ? announce(resource) : [];
}

function announce(resource: Resource): readonly Operation[] {
  const [dev, cidr] = splitId(resource);
  return dev === 'lo' ? [] : [{ op: 'announce', netns: resource.netns, dev, address: cidr.slice(0, cidr.indexOf('/')) }];
}

export const address: Kind = {
  name: 'address',
  stage: () => WITHIN_NETNS + 2,
  inPlace: (field) => field === 'permanent' || field === 'metric',
  defaults: (resource) => expected(splitId(resource)[1]),
  find,
  create: (after) => [operation('address-add', after)],
  finish,
  tells: (resource) => [splitId(resource)[1]],
  restore: (after) => [operation('address-replace', after)],
  update: (_before, after) => [operation('address-replace', after)],
  delete: (before) => [operation('address-delete', before)],
  title: (resource) => {
    const [dev, cidr] = splitId(resource);
    return `address ${cidr} on ${resource.netns}:${dev}`;
  },
};
