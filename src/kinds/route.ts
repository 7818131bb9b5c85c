import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { familyOf } from '../model/address.js';
import { ROUTE_PROTOCOL } from '../model/names.js';
import { nexthopText, parseNexthop, type Nexthop } from '../model/nexthop.js';
import type { AddressObservation, NetnsObservation } from '../model/observation.js';
import type { RouteObservation, RouteOperation } from '../model/routes.js';
import type { Operation } from '../model/operation.js';
import { ROUTING_DAEMON } from '../model/routing.js';
import { HOST, type Props, type Resource, type ResourceId, type State } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { containerKindOf, containerNamespaces, netnsNeeds, ownNamespaces } from './ownership.js';
import { lastAddressOf } from './secondary.js';

export interface RouteSpec {
  readonly netns: string;
  /** Canonical CIDR. */
  readonly to: string;
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  readonly via?: string;
  /** Always given for unicast. */
  readonly dev?: string;
  readonly src?: string;
  readonly metric?: number;
  readonly table?: number;
  readonly mtu?: number;
  readonly onlink?: boolean;
  /** The link behind `dev`. */
  readonly link?: ResourceId;
  /** Several ways at once, in place of `via`, `dev` and `link`. */
  readonly nexthops?: readonly (Nexthop & { readonly link: ResourceId })[] | undefined;
  /** Addresses that must be there first: the one that makes `via` reachable, the one that `src` names. */
  readonly addresses: readonly ResourceId[];
  /** `dev` comes up behind everything else of a plan, as bridges do: the kernel takes no route by it before. */
  readonly late?: boolean;
  readonly path: string;
  readonly at: SourceRange;
}

const MAIN_TABLE = 254;
const IPV6_METRIC = 1024;

const defaults: Props = {
  type: 'unicast',
  src: '',
  mtu: 0,
  onlink: false,
  protocol: ROUTE_PROTOCOL,
  nexthops: [],
  scope: 'global',
  other: '',
};

/** Routes of these come and go by themselves: kernel, router advertisements, DHCP, routing daemons (`rt_protos`). */
const BY_DAEMONS = new Set([2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 42, 186, 187, 188, 189, 192]);

/** The name under which a route is known: two of one table to one destination differ by metric. */
export function routeId(netns: string, table: number, to: string, metric: number): ResourceId {
  return `route:${netns}/${table === MAIN_TABLE ? '' : `table ${table} `}${to}${metric === defaultMetric(to) ? '' : ` metric ${metric}`}`;
}

const defaultMetric = (to: string): number => (familyOf(to) === 6 ? IPV6_METRIC : 0);

export function routeResource(spec: RouteSpec): Resource {
  const v6 = familyOf(spec.to) === 6;
  // The kernel takes 0 for none.
  const metric = spec.metric === 0 ? defaultMetric(spec.to) : (spec.metric ?? defaultMetric(spec.to));
  const table = spec.table ?? MAIN_TABLE;
  const hops = spec.nexthops ?? [];
  const direct = !v6 && spec.type === 'unicast' && spec.via === undefined && hops.length === 0;
  return {
    id: routeId(spec.netns, table, spec.to, metric),
    kind: 'route',
    netns: spec.netns,
    // Written out, not spread from the defaults: a thousand of these are made at a time.
    props: {
      type: spec.type,
      src: spec.src ?? '',
      mtu: spec.mtu ?? 0,
      onlink: spec.onlink ?? false,
      protocol: ROUTE_PROTOCOL,
      nexthops: hops.length === 0 ? NO_HOPS : inOrder(hops.map((hop) => nexthopText(hop))),
      scope: direct ? 'link' : 'global',
      other: '',
      to: spec.to,
      table,
      metric,
      via: spec.via ?? '',
      dev: spec.dev ?? '',
    },
    needs: [...netnsNeeds(spec.netns), ...(spec.link === undefined ? [] : [spec.link]), ...hops.map(({ link }) => link), ...spec.addresses],
    goesWith: spec.link === undefined ? netnsNeeds(spec.netns) : [spec.link],
    ...(spec.late === true ? LATE : {}),
    path: spec.path,
    at: spec.at,
  };
}

const NO_HOPS: readonly string[] = [];

/** The order of next hops says nothing. */
const inOrder = (hops: readonly string[]): readonly string[] => [...hops].sort();

interface RouteDefinition {
  readonly late?: true;
  /** Of an observed one that has more than there are words for here: by what it is known besides, and how the kernel tells it. */
  readonly read?: { readonly key: string; readonly message: string };
}

const definitionOf = ({ definition }: Resource): RouteDefinition => definition ?? {};
const LATE: { readonly definition: RouteDefinition } = { definition: { late: true } };
const isLate = (resource: Resource): boolean => definitionOf(resource).late === true;

/** Addresses that take the route along when they go: the one that `src` names, and for IPv4 the links' last ones. */
function takenAlongBy(ns: NetnsObservation, route: RouteObservation, devs: readonly string[], desired: State): readonly ResourceId[] {
  const idOf = ({ dev, address }: AddressObservation): ResourceId => `address:${ns.netns}/${dev}/${address}`;
  const source = ns.addresses.filter(({ address }) => route.src !== '' && address.startsWith(`${route.src}/`));
  const last = familyOf(route.to) === 6 ? [] : devs.flatMap((dev) => lastAddressOf(ns, dev, desired));
  return [...new Set([...source.map(idOf), ...last])];
}

const REFUSING = new Set(['blackhole', 'unreachable', 'prohibit', 'throw']);

function observedRoute(ns: NetnsObservation, route: RouteObservation, context: FindContext, id: ResourceId): Resource {
  const link = context.linkAt(ns.netns, route.dev);
  // An IPv6 route that refuses stands on lo in a dump; nobody asks for that.
  const dev = REFUSING.has(route.type) ? '' : route.dev;
  const { to, table, metric, type, via, src, mtu, onlink, protocol, scope, key, other, message } = route;
  const read = message === undefined ? undefined : { key, message };
  const nexthops = route.nexthops.length === 0 ? NO_HOPS : inOrder(route.nexthops);
  const devs = dev === '' ? nexthops.map((hop) => parseNexthop(hop).dev) : [dev];
  // Of several ways the others may stay, or none: the families differ, and so do the ways in which an interface ends.
  const others = nexthops.length === 0 ? [] : devs.flatMap((one) => context.linkAt(ns.netns, one) ?? []);
  return {
    id,
    kind: 'route',
    netns: ns.netns,
    props: { to, table, metric, type, via, dev, src, mtu, onlink, protocol, scope, nexthops, other },
    ...(read === undefined ? {} : { definition: { read } }),
    needs: link === undefined ? [...netnsNeeds(ns.netns), ...others] : [...netnsNeeds(ns.netns), link],
    goesWith: link === undefined || dev === '' ? netnsNeeds(ns.netns) : [link],
    mayGoWith: devs.length === 0 ? [] : [...others, ...takenAlongBy(ns, route, devs, context.desired)],
    // A link's new MTU becomes that of its IPv6 routes which have the old one, or a larger one (`rt6_mtu_change_route`).
    mayGoWithChange: mtu !== 0 && familyOf(to) === 6 ? context.fieldAt(ns.netns, dev, 'mtu') : [],
  };
}

/** Somebody else's, in a namespace that was adopted, and wanted. */
function isTaken(ns: NetnsObservation, route: RouteObservation, { adopt, desired }: FindContext): boolean {
  if (adopt !== true || judged(route, false) || !judged(route, true) || containerKindOf(ns, desired.lab) !== 'adopted') return false;
  return desired.resources.has(routeId(ns.netns, route.table, route.to, route.metric));
}

function judged(route: RouteObservation, own: boolean): boolean {
  if (route.dynamic) return false;
  if (!own) return route.protocol === ROUTE_PROTOCOL;
  return !BY_DAEMONS.has(route.protocol);
}

function find(context: FindContext): Found {
  const { observation, desired, linkAt } = context;
  const resources = new Map<ResourceId, Resource>();
  const add = (ns: NetnsObservation, route: RouteObservation): void => {
    let id = `${routeId(ns.netns, route.table, route.to, route.metric)}${route.key === '' ? '' : ` ${route.key}`}`;
    // The kernel takes a second route that differs in its next hop alone (ip route append).
    while (resources.has(id)) id += ' again';
    const resource = observedRoute(ns, route, context, id);
    resources.set(id, isTaken(ns, route, context) ? { ...resource, foreign: true } : resource);
  };
  const left = leftByDaemons(context);
  for (const ns of ownNamespaces(observation, desired.lab))
    ns.routes.filter((route) => judged(route, true) || left(ns, route)).forEach((route) => add(ns, route));
  for (const ns of containerNamespaces(observation, desired.lab))
    ns.routes.filter((route) => judged(route, false) || isTaken(ns, route, context)).forEach((route) => add(ns, route));
  for (const route of observation.host.routes) {
    if (judged(route, false) && linkAt(HOST, route.dev) !== undefined) add(observation.host, route);
  }
  return { resources: [...resources.values()], conflicts: takenDestinations(context) };
}

/** RTPROT_BIRD */
const BIRD = 12;

/** Of a daemon that was killed and is not to run any more: nobody else would take them away. */
function leftByDaemons({ observation, desired }: FindContext): (ns: NetnsObservation, route: RouteObservation) => boolean {
  const dead = observation.processes.filter(
    ({ owner, name, running }) => name === ROUTING_DAEMON && !running && !desired.resources.has(`process:${owner}/${name}`),
  );
  if (dead.length === 0) return () => false;
  const namespaces = new Set(dead.map(({ definition }) => definition?.netns));
  return (ns, route) => route.protocol === BIRD && namespaces.has(ns.netns);
}

/** A container's own routes stay: the kernel takes no second one to the same place. */
function takenDestinations(context: FindContext): readonly Diagnostic[] {
  const { observation, desired } = context;
  return containerNamespaces(observation, desired.lab).flatMap((ns) =>
    ns.routes.flatMap((route): Diagnostic[] => {
      const wanted =
        judged(route, false) || isTaken(ns, route, context)
          ? undefined
          : desired.resources.get(routeId(ns.netns, route.table, route.to, route.metric));
      if (wanted === undefined) return [];
      const to = isDefault(route.to) || route.to === '::/0' ? 'default' : route.to;
      return [
        {
          code: 'foreign-route',
          severity: 'error',
          message: `${ns.netns} has a route of its own: ${to}${route.via === '' ? '' : ` via ${route.via}`}${route.dev === '' ? '' : ` dev ${route.dev}`}`,
          ...(wanted.at === undefined ? {} : { at: wanted.at }),
          hint:
            containerKindOf(ns, desired.lab) === 'adopted'
              ? 'topo apply --adopt takes it over; or remove one of the two'
              : to === 'default'
                ? 'give the network gateway: none or internal: true, so that it has no default route; or remove the container’s'
                : 'remove one of the two, or give this one another metric',
        },
      ];
    }),
  );
}

function asRead(op: 'route-add' | 'route-replace' | 'route-delete', resource: Resource): Pick<RouteOperation, 'other' | 'message'> {
  const { read } = definitionOf(resource);
  if (read === undefined) return {};
  const rest = op === 'route-delete' ? '' : String(resource.props['other']);
  return { other: `${read.key} ${rest}`.trim(), message: read.message };
}

function operation(op: 'route-add' | 'route-replace' | 'route-delete', resource: Resource): Operation {
  const { to, table, metric, type, via, dev, src, mtu, onlink, protocol, scope } = resource.props;
  const nexthops = (resource.props['nexthops'] ?? []) as readonly string[];
  return {
    op,
    netns: resource.netns,
    to: String(to),
    type: String(type),
    table: Number(table),
    metric: Number(metric),
    protocol: Number(protocol),
    scope: String(scope),
    via: String(via),
    dev: String(dev),
    src: String(src),
    mtu: Number(mtu),
    onlink: onlink === true,
    ...(nexthops.length === 0 ? {} : { nexthops: nexthops.map(parseNexthop) }),
    ...asRead(op, resource),
  };
}

const replace = (after: Resource): readonly Operation[] => (isLate(after) ? [] : [operation('route-replace', after)]);

export const route: Kind = {
  name: 'route',
  stage: () => WITHIN_NETNS + 4,
  inPlace: (field) => !['to', 'table', 'metric'].includes(field),
  defaults: ({ props: { to, via, dev } }) => ({
    ...defaults,
    table: MAIN_TABLE,
    metric: defaultMetric(String(to)),
    to: to ?? null,
    via: via ?? null,
    dev: dev ?? null,
  }),
  find,
  create: (after) => (isLate(after) ? [] : [operation('route-add', after)]),
  restore: replace,
  update: (_before, after) => replace(after),
  finish: (after) => (isLate(after) ? [operation('route-replace', after)] : []),
  delete: (before) => [operation('route-delete', before)],
  title: (resource) => {
    const { to, via, dev, type } = resource.props;
    const words = [
      type === 'unicast' ? '' : String(type),
      isDefault(String(to)) ? 'default' : String(to),
      via === '' ? '' : `via ${String(via)}`,
      dev === '' ? '' : `dev ${String(dev)}`,
    ];
    return `route ${words.filter((word) => word !== '').join(' ')} in ${resource.netns}`;
  },
};

const isDefault = (to: string): boolean => to === '0.0.0.0/0';
