/** Routes inside a node: those that the file writes, and a default route per family by its networks. */
import { routeResource, type RouteSpec } from '../kinds/route.js';
import { contains, familyOf, parseAddress, parseCidr, type Address, type Cidr } from '../model/address.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Resource, ResourceId } from '../model/state.js';
import type { Route } from '../model/topology.js';
import { clusterRoutes } from './cluster-routes.js';
import { gatewayRoutes } from './calico/port.js';
import { defaultRoute, type Routers } from './gateways.js';
import { idOfAddress, isKept } from './interface-addresses.js';
import type { LabInterface, LabNode } from './lab.js';

export function nodeRoutes(node: LabNode, routers: Routers, diagnostics: Diagnostic[]): readonly Resource[] {
  const reach = reachOf(node);
  const written = node.node.routes.flatMap((route, i) => writtenRoute(node, reach, route, `${node.path}.routes[${i}]`, diagnostics));
  return [
    ...automaticRoutes(node, routers),
    ...clusterRoutes(node).filter(({ id }) => !written.some((route) => route.id === id)),
    ...written,
  ];
}

/** None of a family whose default route the file writes itself, with the metric and the table that this one would have. */
function automaticRoutes(node: LabNode, routers: Routers): readonly Resource[] {
  return ([4, 6] as const).flatMap((family) => {
    const to = family === 4 ? '0.0.0.0/0' : '::/0';
    const way = defaultRoute(node, routers, family);
    if (!way?.attachment.interface.up) return [];
    const { interface: on, path, at } = way.attachment;
    const addresses = [idOfAddress(on, way.address), ...gatewayRoutes(way.attachment, family)];
    const resource = routeResource({
      netns: node.netns,
      to,
      type: 'unicast',
      via: way.via,
      dev: on.name,
      link: on.link,
      addresses,
      path,
      at,
    });
    return node.node.routes.some((route) => isSameRoute(node, route, resource.id)) ? [] : [resource];
  });
}

function isSameRoute({ netns, path }: LabNode, route: Route, id: ResourceId): boolean {
  return route.to.endsWith('/0') && routeResource({ ...route, nexthops: undefined, netns, addresses: [], path }).id === id;
}

/** A stretch of addresses that a node reaches without a router. */
interface Reach {
  readonly cidr: Cidr;
  readonly on: LabInterface;
  /** What makes it so: an address, or a route without `via`. */
  readonly by: ResourceId;
  readonly kept: boolean;
}

function reachOf(node: LabNode): readonly Reach[] {
  if (node.node.routes.length === 0) return [];
  const byAddress = [...node.interfaces.values()].flatMap((on) =>
    on.addresses.map((address) => ({ cidr: address.cidr, on, by: idOfAddress(on, address), kept: isKept(on, address) && on.up })),
  );
  return [...byAddress, ...node.node.routes.flatMap((route) => reachByRoute(node, route))];
}

function reachByRoute(node: LabNode, route: Route): readonly Reach[] {
  const on = node.interfaces.get(route.dev ?? '');
  const cidr = parseCidr(route.to);
  if (
    on === undefined ||
    cidr === null ||
    route.via !== undefined ||
    route.nexthops !== undefined ||
    route.type !== 'unicast' ||
    route.table !== undefined
  )
    return [];
  return [{ cidr, on, by: routeResource({ ...route, nexthops: undefined, netns: node.netns, addresses: [], path: '' }).id, kept: on.up }];
}

function writtenRoute(node: LabNode, reach: readonly Reach[], route: Route, path: string, diagnostics: Diagnostic[]): readonly Resource[] {
  const plain = { ...route, netns: node.netns, path };
  const source = route.src === undefined ? undefined : reach.find(({ cidr }) => cidr.address.text === route.src);
  if (route.src !== undefined && source === undefined && !isOfLoopback(route.src)) {
    diagnostics.push(foreignSource(node, route, route.src));
    return [];
  }
  const sourceIds = source === undefined ? [] : [source.by];
  if (route.type !== 'unicast') return refusal(node, { ...plain, nexthops: undefined, addresses: sourceIds });
  const ways = (route.nexthops ?? [route]).map((one) => ({ one, ...wayOf(node, reach, one) }));
  const lost = ways.find(({ on }) => on === undefined);
  if (lost !== undefined) {
    diagnostics.push(unreachable(node, { ...route, ...lost.one }));
    return [];
  }
  // The kernel drops routes of an interface that goes down, and takes no new ones.
  const open = ways.flatMap(({ one, on, by }) => (on?.up === true ? [{ one, on, by }] : []));
  const [first] = open;
  if (first === undefined || source?.kept === false) return [];
  const addresses = [...new Set([...open.flatMap(({ by }) => by), ...sourceIds])];
  if (route.nexthops === undefined || open.length === 1) {
    const { via } = first.one;
    return [
      routeResource({
        ...plain,
        nexthops: undefined,
        ...(via === undefined ? {} : { via }),
        dev: first.on.name,
        link: first.on.link,
        addresses,
      }),
    ];
  }
  const nexthops = route.nexthops.flatMap((hop) => {
    const on = open.find(({ one }) => one === hop)?.on;
    return on === undefined ? [] : [{ via: hop.via, dev: on.name, weight: hop.weight, link: on.link }];
  });
  return [routeResource({ ...plain, nexthops, addresses })];
}

/** The interface, and what makes the next router reachable by it. */
function wayOf(node: LabNode, reach: readonly Reach[], { via: text, dev }: Pick<Route, 'via' | 'dev'>): Way {
  const via = text === undefined ? null : parseAddress(text);
  const next = via === null ? undefined : nearest(reach, via, dev);
  return { on: dev === undefined ? next?.on : node.interfaces.get(dev), by: next === undefined ? [] : [next.by] };
}

interface Way {
  readonly on: LabInterface | undefined;
  readonly by: readonly ResourceId[];
}

/** An IPv6 route that refuses stands on lo in the kernel, and goes with it. */
function refusal(node: LabNode, spec: RouteSpec): readonly Resource[] {
  const gone = familyOf(spec.to) === 6 && node.interfaces.get('lo')?.up === false;
  return gone ? [] : [routeResource(spec)];
}

/** The most specific one, as the kernel looks it up; those that are there before those that are not. */
function nearest(reach: readonly Reach[], via: Address, dev: string | undefined): Reach | undefined {
  const candidates = reach.filter(({ cidr, on }) => (dev === undefined || on.name === dev) && contains(cidr, via));
  return candidates.sort((a, b) => Number(b.kept) - Number(a.kept) || b.cidr.prefix - a.cidr.prefix)[0];
}

function unreachable(node: LabNode, route: Route): Diagnostic {
  return {
    code: 'route-unreachable-gateway',
    severity: 'error',
    message: `no interface of ${node.node.name} reaches ${route.via ?? route.dev ?? route.to} directly, so the kernel would refuse the route to ${route.to}`,
    at: route.at,
    hint: 'via must be in the subnet of an address of the node; name the interface with dev if it is not',
  };
}

/** lo has them without being asked. */
function isOfLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function foreignSource(node: LabNode, route: Route, src: string): Diagnostic {
  const own = [...node.interfaces.values()].flatMap(({ addresses }) => addresses.map(({ cidr }) => cidr.address.text));
  return {
    code: 'route-foreign-source',
    severity: 'error',
    message: `${src} is no address of ${node.node.name}, so the kernel would refuse it as the source of the route to ${route.to}`,
    at: route.at,
    hint: own.length === 0 ? 'the node has no address' : `its addresses: ${own.join(', ')}`,
  };
}
