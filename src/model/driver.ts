/** What the drivers of networks have in common, and where they differ: a row for each. */
import type { Network } from './topology.js';

export interface Driver {
  /** Its nodes may live on several hosts, which reach each other by an underlay. */
  readonly spans: boolean;
  /** Frames between hosts travel as UDP. */
  readonly tunnels: boolean;
  /** The UDP port, unless the file says another. */
  readonly port?: number;
  /** The underlay may be made of it: hosts have addresses on it, and reach each other. */
  readonly carries: boolean;
  /** What a node sends to all, or to a group, reaches those on other hosts. */
  readonly multicast: boolean;
}

export const DRIVERS: Readonly<Record<Network['driver'], Driver>> = {
  bridge: { spans: false, tunnels: false, carries: true, multicast: true },
  vxlan: { spans: true, tunnels: true, port: 4789, carries: false, multicast: false },
  weave: { spans: true, tunnels: true, port: 6784, carries: false, multicast: true },
  flannel: { spans: true, tunnels: true, port: 8472, carries: false, multicast: false },
  calico: { spans: true, tunnels: false, carries: false, multicast: false },
  macvlan: { spans: false, tunnels: false, carries: false, multicast: true },
};

/** IPv4 or IPv6, UDP, VXLAN and Ethernet. */
const TUNNEL_BYTES = { 4: 50, 6: 70 } as const;

/** By how much a packet between hosts is larger than the one that the node sent. */
export function overheadOf({ driver, flannel }: Pick<Network, 'driver' | 'flannel'>, underlay: 4 | 6): number {
  return DRIVERS[driver].tunnels && flannel?.backend !== 'host-gw' ? TUNNEL_BYTES[underlay] : 0;
}
