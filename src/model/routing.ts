/** `routing` of a node as the file means it: what its routing daemon is to do. */
import type { SourceRange } from './diagnostic.js';

export interface Routing {
  readonly at: SourceRange;
  /** Dotted quad. */
  readonly routerId?: string;
  /** Several equally good ways are all used. */
  readonly multipath: boolean;
  readonly bgp?: Bgp;
  readonly ospf?: Ospf;
  readonly static: readonly StaticRoute[];
}

/** Where a route that is announced comes from: addresses of the node, `static`, the node’s own `routes`, a protocol. */
export type RouteSource = 'connected' | 'static' | 'kernel' | 'bgp' | 'ospf';

export interface Bgp {
  readonly at: SourceRange;
  readonly asn: number;
  readonly neighbors: readonly BgpNeighbor[];
  /** Canonical CIDRs. */
  readonly networks: readonly RoutingPrefix[];
  readonly redistribute: readonly RouteSource[];
  /** Dotted quad; absent: the router’s own identifier. */
  readonly clusterId?: string;
}

export interface RoutingPrefix {
  readonly cidr: string;
  readonly at: SourceRange;
}

export interface BgpNeighbor {
  readonly at: SourceRange;
  /** A node's name, or an address. */
  readonly peer: string;
  /** Absent: the peer's own. */
  readonly asn?: number;
  /** Which of the peer's addresses, where its name stands for it. */
  readonly address?: string;
  /** The node's own address of the session. */
  readonly sourceAddress?: string;
  readonly nextHopSelf: boolean;
  readonly routeReflectorClient: boolean;
  /** At most so many routers on the way; absent: as the addresses ask for. */
  readonly multihop?: number;
  readonly passive: boolean;
  readonly bfd: boolean;
  readonly password?: string;
  /** Seconds. */
  readonly holdTime: number;
  readonly keepalive?: number;
}

export interface Ospf {
  readonly at: SourceRange;
  readonly areas: readonly OspfArea[];
  readonly redistribute: readonly RouteSource[];
}

export interface OspfArea {
  readonly at: SourceRange;
  /** Dotted quad. */
  readonly id: string;
  readonly interfaces: readonly OspfInterface[];
}

export interface OspfInterface {
  readonly at: SourceRange;
  readonly name: string;
  readonly cost?: number;
  /** Its subnets are announced, and no neighbours are looked for. */
  readonly passive: boolean;
  /** Absent: of a link point-to-point, of a network broadcast. */
  readonly type?: 'point-to-point' | 'broadcast';
  /** Seconds. */
  readonly hello: number;
  readonly dead: number;
  readonly bfd: boolean;
}

export interface StaticRoute {
  readonly at: SourceRange;
  /** Canonical CIDR. */
  readonly to: string;
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  /** Of unicast routes: at least one. */
  readonly via: readonly string[];
}

/** The name of the daemon's process; no command of a file can have it. */
export const ROUTING_DAEMON = '@bird';
/** Its control socket, in the folder of the process. */
export const BIRD_SOCKET = 'control';
