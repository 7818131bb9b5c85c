import {
  cidrOf,
  contains,
  familyOf,
  isReservedIn,
  networkOf,
  parseAddress,
  parseCidr,
  type Address,
  type Cidr,
} from '../../model/address.js';
import type { Endpoint, Node, Route, RouteNexthop, Topology } from '../../model/topology.js';
import type { Rule, RuleContext } from './rule.js';

/** Where automatic subnets lie: which of them a network gets is not known here. */
const AUTOMATIC_POOL = '10.128.0.0/9';

/** RT_TABLE_LOCAL of linux/rtnetlink.h */
const LOCAL_TABLE = 255;

export const routeNexthop: Rule = {
  name: 'route-nexthop',
  codes: [
    'bad-value',
    'address-reserved',
    'route-without-nexthop',
    'route-useless-key',
    'route-family',
    'route-via-itself',
    'route-twice',
    'conflicting-keys',
    'route-unreachable-gateway',
  ],
  check(context) {
    const ends = endsByNode(context.topology);
    for (const node of context.topology.nodes) {
      if (node.routes.length === 0) continue;
      const reach = reachOf(context, node, ends.get(node.name) ?? []);
      for (const route of node.routes) checkRoute(context, node, route, reach);
    }
  },
};

/** A stretch of addresses that the node reaches without a router. */
interface Reach {
  readonly dev: string;
  readonly cidr: Cidr;
  /** Written, and with an address of the node. */
  readonly isSubnet: boolean;
  /** The node's own address in it; absent where it is chosen automatically. */
  readonly own?: string;
}

function checkRoute(context: RuleContext, node: Node, route: Route, reach: readonly Reach[]): void {
  const { report, place } = context;
  if (route.table === LOCAL_TABLE) {
    const hint = 'its routes come with the addresses; other tables are free';
    report('bad-value', place(route, 'table'), `table ${LOCAL_TABLE} is the kernel’s own`, { hint });
  }
  if (route.type !== 'unicast') {
    for (const key of ['via', 'dev', 'nexthops', 'onlink', 'mtu'].filter((each) => context.isWritten(route, each))) {
      const message = `"${key}" has no meaning for a ${route.type} route`;
      report('route-useless-key', place(route, key), message, { hint: `remove it, or the type: packets go nowhere` });
    }
    return;
  }
  const via = parseAddress(route.via ?? '');
  for (const key of ['via', 'src'] as const) {
    const text = route[key];
    if (text === undefined || familyOf(text) === familyOf(route.to)) continue;
    const message = `the route to ${route.to} is IPv${familyOf(route.to)}, and "${key}" is IPv${familyOf(text)}`;
    report('route-family', place(route, key), message);
    return;
  }
  if (route.nexthops !== undefined) checkNexthops(context, node, route, route.nexthops, reach);
  else if (via !== null) checkVia(context, node, { ...route, place: route }, via, reach);
  else if (!context.isWritten(route, 'via') && route.dev === undefined) {
    report('route-without-nexthop', route.at, `the route to ${route.to} has neither "via" nor "dev"`, { hint: 'add via: ADDRESS' });
  }
}

function checkNexthops(context: RuleContext, node: Node, route: Route, hops: readonly RouteNexthop[], reach: readonly Reach[]): void {
  const { report, place } = context;
  for (const key of ['via', 'dev'].filter((each) => context.isWritten(route, each))) {
    report('conflicting-keys', place(route, key), `"${key}" and "nexthops" are two ways to say where packets go`, {
      hint: `remove one of the two`,
    });
  }
  if (context.isWritten(route, 'onlink')) {
    const hint = 'remove it: each next hop must be on a link of the node';
    report('route-useless-key', place(route, 'onlink'), '"onlink" has no meaning beside "nexthops"', { hint });
  }
  const first = new Map<string, RouteNexthop>();
  for (const hop of hops) {
    const via = parseAddress(hop.via);
    if (via === null) continue;
    const identity = `${hop.via} ${hop.dev ?? ''}`;
    const before = first.get(identity);
    first.set(identity, before ?? hop);
    if (before !== undefined) {
      const related = [{ message: 'the first is here', at: before.at }];
      report('route-twice', hop.at, `${hop.via} is a next hop of the route to ${route.to} already`, { hint: 'give it a weight', related });
    } else if (via.family !== familyOf(route.to)) {
      const message = `the route to ${route.to} is IPv${familyOf(route.to)}, and "via" is IPv${via.family}`;
      report('route-family', hop.at, message);
    } else checkVia(context, node, { ...hop, place: hop, onlink: false }, via, reach);
  }
}

/** A route with one next hop, or one of several. */
interface Way extends Pick<Route, 'dev' | 'onlink'> {
  /** What the file has `via` in. */
  readonly place: Route | RouteNexthop;
}

function checkVia(context: RuleContext, node: Node, route: Way, via: Address, reach: readonly Reach[]): void {
  const at = context.place(route.place, 'via');
  if (reach.some(({ own }) => own === via.text)) {
    context.report('route-via-itself', at, `${via.text} is an address of ${node.name} itself`, {
      hint: 'via is the address of the next router',
    });
    return;
  }
  const around = reach.find(({ cidr, isSubnet }) => isSubnet && cidr.family === 4 && contains(cidr, via) && isReservedIn(cidr, via));
  if (around !== undefined) {
    const message = `${via.text} is the network or the broadcast address of ${around.cidr.text}, and no router’s`;
    context.report('address-reserved', at, message, { hint: 'via is the address of the next router' });
    return;
  }
  if (route.onlink || mayBeReachable(context, node)) return;
  if (via.family === 6 && contains('fe80::/10', via)) {
    const hint = 'add dev: INTERFACE';
    if (route.dev === undefined) context.report('route-unreachable-gateway', at, `link-local ${via.text} needs "dev"`, { hint });
    return;
  }
  const candidates = route.dev === undefined ? reach : reach.filter(({ dev }) => dev === route.dev);
  if (candidates.some(({ cidr }) => contains(cidr, via))) return;
  const known = candidates.filter(({ cidr }) => cidr.family === via.family).map(({ cidr }) => networkOf(cidr).text);
  const hint =
    known.length === 0 ? 'it has none of this family: is an address missing?' : `within its reach: ${[...new Set(known)].join(', ')}`;
  const message = `${route.dev ?? 'no interface'} of ${node.name} ${route.dev === undefined ? 'reaches' : 'does not reach'} ${via.text} directly`;
  context.report('route-unreachable-gateway', at, message, { hint });
}

/** Something that would make the router reachable may have been wrong, and was reported. */
function mayBeReachable({ isIncomplete, networks }: RuleContext, node: Node): boolean {
  return (
    isIncomplete('nodes', node.name) ||
    isIncomplete('links') ||
    node.networks.some(({ network }) => !networks.has(network) || isIncomplete('networks', network))
  );
}

function reachOf({ networks, interfaceNames }: RuleContext, node: Node, ends: readonly Endpoint[]): readonly Reach[] {
  const names = interfaceNames(node);
  const byNetwork = node.networks.flatMap((one): readonly Reach[] => {
    const dev = names.get(one.network) ?? '';
    const subnets = networks.get(one.network)?.subnets ?? [];
    if (subnets.length === 0) return reach(dev, AUTOMATIC_POOL, false);
    return subnets.flatMap(({ cidr }) => reach(dev, cidr, true, familyOf(cidr) === 4 ? one.ipv4Address : one.ipv6Address));
  });
  const byLink = ends.flatMap((end) => [end.ipv4Address, end.ipv6Address].flatMap((cidr) => withOwn(end.interface, cidr)));
  const bySettings = node.interfaces.flatMap((one) => one.addresses.flatMap(({ cidr }) => withOwn(one.name, cidr)));
  const byRoute = node.routes.flatMap((route) =>
    route.via === undefined && route.nexthops === undefined && route.dev !== undefined ? reach(route.dev, route.to, false) : [],
  );
  return [...byNetwork, ...byLink, ...bySettings, ...byRoute];
}

function reach(dev: string, text: string, isSubnet: boolean, own?: string): readonly Reach[] {
  const cidr = parseCidr(text);
  return cidr === null ? [] : [own === undefined ? { dev, cidr, isSubnet } : { dev, cidr, isSubnet, own }];
}

function withOwn(dev: string, text: string | undefined): readonly Reach[] {
  const cidr = parseCidr(text ?? '');
  return cidr === null ? [] : [{ dev, cidr: cidrOf(cidr.address, cidr.prefix), isSubnet: true, own: cidr.address.text }];
}

function endsByNode({ links }: Topology): ReadonlyMap<string, readonly Endpoint[]> {
  const ends = new Map<string, Endpoint[]>();
  for (const end of links.flatMap((link) => link.endpoints)) {
    const before = ends.get(end.node);
    if (before === undefined) ends.set(end.node, [end]);
    else before.push(end);
  }
  return ends;
}
