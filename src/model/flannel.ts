/** What a network of the driver `flannel` has besides: its subnet is the cluster's, and each host has a part of it. */
import type { SourceRange } from './diagnostic.js';

export interface Flannel {
  /** How packets go from host to host: in VXLAN, or plain by routes to the hosts' own addresses. */
  readonly backend: 'vxlan' | 'host-gw';
  /** With `vxlan`: hosts of one network reach each other by plain routes. */
  readonly directRouting: boolean;
  /** Prefix length of each host's subnet. */
  readonly subnetLen: number;
  /** Those that the file writes. */
  readonly hostSubnets: readonly HostSubnet[];
}

export interface HostSubnet {
  /** Name of a simulated host, or `HOST` for the machine itself. */
  readonly host: string;
  readonly at: SourceRange;
  /** Canonical. */
  readonly cidr: string;
}

/** What kube-flannel's own file has. */
export const FLANNEL_SUBNET = '10.244.0.0/16';
export const FLANNEL_SUBNET_LEN = 24;
export const FLANNEL_VNI = 1;
export const FLANNEL_PORT = 8472;

/** Of the tunnel, in every host. */
export const flannelInterface = (vni: number): string => `flannel.${vni}`;
