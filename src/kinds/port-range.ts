/** Ports of a host, at one address or at all. */
export interface PortRange {
  readonly protocol: string;
  readonly family: 4 | 6;
  /** Undefined: all of the host's. */
  readonly address: string | undefined;
  readonly from: number;
  readonly to: number;
}
