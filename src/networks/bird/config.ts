/** What a BIRD daemon is to do, as plain data; `text.ts` writes it as its configuration file. */
import type { Family } from '../../model/address.js';
import type { RouteSource } from '../../model/routing.js';

export interface BirdConfig {
  /** Dotted quad. */
  readonly routerId: string;
  /** Written in the order of their names: a daemon that is configured anew knows them by these. */
  readonly protocols: readonly BirdProtocol[];
}

/** Letters, digits and `-.:`, at most 63; no keyword of BIRD's, so that with a hyphen in it each is one. */
type Named = { readonly name: string };

export type BirdProtocol = Named & (Direct | Kernel | Static | Bgp | Ospf | Bfd);

/** Routes to the subnets of addresses. */
export interface Direct {
  readonly protocol: 'direct';
  readonly families: readonly Family[];
  /** Patterns, such as `cali*`; absent: all. */
  readonly interfaces?: readonly string[];
}

/** What goes into the kernel's table, and what is taken from there. */
export interface Kernel {
  readonly protocol: 'kernel';
  readonly family: Family;
  /** Equally good routes become one with several next hops. */
  readonly mergePaths: boolean;
  /** Routes in the kernel that are neither its own nor the daemon's. */
  readonly import: BirdFilter;
  readonly export: BirdFilter;
  /** Another table than main. */
  readonly table?: number;
}

export interface Static {
  readonly protocol: 'static';
  readonly family: Family;
  readonly routes: readonly BirdRoute[];
}

export interface BirdRoute {
  readonly to: string;
  /** Routers, or what becomes of packets. */
  readonly target: readonly string[] | 'blackhole' | 'unreachable' | 'prohibit';
}

export interface Bgp {
  readonly protocol: 'bgp';
  readonly description: string;
  readonly local: { readonly address?: string; readonly asn: number };
  readonly neighbor: { readonly address: string; readonly asn: number };
  readonly families: readonly Family[];
  readonly import: BirdFilter;
  readonly export: BirdFilter;
  readonly nextHopSelf: boolean;
  readonly routeReflectorClient: boolean;
  readonly clusterId?: string;
  /** `direct`: in a subnet of the node; a number: at most so many hops away; 0: however many. */
  readonly distance: 'direct' | number;
  readonly passive: boolean;
  readonly bfd: boolean;
  readonly password?: string;
  readonly holdTime: number;
  readonly keepalive?: number;
}

export interface Ospf {
  readonly protocol: 'ospf';
  /** Version 2 or version 3. */
  readonly family: Family;
  readonly ecmp: boolean;
  readonly export: BirdFilter;
  readonly areas: readonly OspfArea[];
}

export interface OspfArea {
  readonly id: string;
  readonly interfaces: readonly OspfInterface[];
  /** Announced as if they were subnets of the router. */
  readonly stubnets: readonly { readonly prefix: string; readonly cost?: number }[];
}

export interface OspfInterface {
  readonly name: string;
  readonly stub: boolean;
  readonly type: 'ptp' | 'broadcast';
  readonly cost?: number;
  readonly hello: number;
  readonly dead: number;
  readonly bfd: boolean;
}

/** One for all sessions that ask for it. */
export interface Bfd {
  readonly protocol: 'bfd';
}

/** The first rule that fits decides. */
export interface BirdFilter {
  readonly rules: readonly { readonly match: BirdMatch; readonly verdict: 'accept' | 'reject' }[];
  readonly otherwise: 'accept' | 'reject';
}

export type BirdMatch =
  | { readonly sources: readonly RouteSource[] }
  /** The very prefixes. */
  | { readonly prefixes: readonly string[] }
  /** These, and all that lies in them. */
  | { readonly within: readonly string[] };

export const ALL: BirdFilter = { rules: [], otherwise: 'accept' };
export const NONE: BirdFilter = { rules: [], otherwise: 'reject' };
