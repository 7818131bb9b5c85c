/** What the routing daemon of a node says. */

export interface RoutingStatus {
  readonly node: string;
  readonly netns: string;
  /** '' where the daemon did not answer. */
  readonly routerId: string;
  readonly neighbors: readonly NeighborStatus[];
  /** Those of the daemon that are in the kernel. */
  readonly routes: readonly DaemonRoute[];
}

export interface NeighborStatus {
  readonly protocol: 'bgp' | 'ospf';
  /** As the file names it; of OSPF the identifier of the router. */
  readonly peer: string;
  readonly address: string;
  /** BGP only. */
  readonly asn?: number;
  /** OSPF only. */
  readonly interface?: string;
  /** In the daemon's word: `Established`, `Full` … */
  readonly state: string;
  /** Of the state, ISO 8601. */
  readonly since?: string;
  /** Routes, while there is a session. */
  readonly received?: number;
  readonly exported?: number;
  /** Why there is no session, as far as the daemon knows. */
  readonly problem?: string;
}

export interface DaemonRoute {
  readonly to: string;
  /** `unicast`, `blackhole` … */
  readonly type: string;
  readonly nexthops: readonly { readonly via: string; readonly dev: string }[];
}
