/** What `icc: false` costs where bridges hand packets to the host's rules (br_netfilter). */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';

/** A network whose nodes are kept apart, and publish ports. */
export interface ApartNetwork {
  readonly path: string;
  readonly at: SourceRange;
  readonly families: readonly (4 | 6)[];
  /** Where the file has them. */
  readonly ports: readonly string[];
}

const KEYS = { 4: 'net.bridge.bridge-nf-call-iptables', 6: 'net.bridge.bridge-nf-call-ip6tables' } as const;
export const BRIDGE_NETFILTER: readonly string[] = Object.values(KEYS);

/**
 * The bridge then hands a packet that a rule has translated from port to port, and its ports are isolated from each other; no
 * setting of a single bridge is stronger than that of the host.
 */
export function unreachedPorts(networks: readonly ApartNetwork[], sysctls: ReadonlyMap<string, string | null>): readonly Diagnostic[] {
  return networks.flatMap(({ path, at, families, ports }): Diagnostic[] => {
    const keys = families.map((family) => KEYS[family]).filter((key) => sysctls.get(key) === '1');
    if (keys.length === 0) return [];
    return [
      {
        code: 'port-not-for-neighbours',
        severity: 'warning',
        message: `the nodes of ${path} do not reach what is published for nodes of their own network (${ports.join(', ')}): with icc: false and ${keys.join(', ')} 1, the kernel hands such packets from port to port of the bridge, which are kept apart; all others reach it`,
        at,
        hint: `sysctl -w ${keys.map((key) => `${key}=0`).join(' ')} lets them, if nobody else on this host needs it`,
      },
    ];
  });
}
