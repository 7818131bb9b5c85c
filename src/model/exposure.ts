/** What can be reached through ports of hosts. */

/** One port or a run of ports. */
export interface ExposedPort {
  /** The simulated host whose port it is; absent: the host itself. */
  readonly host?: string;
  readonly protocol: 'tcp' | 'udp';
  readonly from: number;
  readonly to: number;
  /** Of the host; null: all of the families. */
  readonly address: string | null;
  readonly families: readonly (4 | 6)[];
  /** The node's name. */
  readonly node: string;
  readonly nodeFrom: number;
  readonly nodeTo: number;
}

/** A network that others than its own nodes reach directly. */
export interface OpenNetwork {
  readonly network: string;
  /** Of driver calico: whoever has a route there reaches the nodes that no policy is for; absent: `isolated: false`. */
  readonly routed?: true;
}

export interface OpenNetworkChange extends OpenNetwork {
  readonly change: 'opened' | 'closed';
}

export interface ExposureChange {
  readonly change: 'opened' | 'closed' | 'moved';
  /** As it will be; as it was, of one that is closed. */
  readonly port: ExposedPort;
  /** Of one that leads elsewhere now: as it was. */
  readonly before?: ExposedPort;
}
