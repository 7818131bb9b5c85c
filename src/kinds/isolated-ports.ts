/** What `icc: false` costs where bridges hand packets to the host's rules (br_netfilter). */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation } from '../model/observation.js';
import type { FindContext } from './kind.js';

/** A network whose nodes are kept apart, and publish ports. */
export interface ApartNetwork {
  readonly path: string;
  readonly at: SourceRange;
  readonly families: readonly (4 | 6)[];
  /** Where the file has them. */
  readonly ports: readonly string[];
}

export const BRIDGE_NETFILTER = { 4: 'net.bridge.bridge-nf-call-iptables', 6: 'net.bridge.bridge-nf-call-ip6tables' } as const;

/** What a setting of br_netfilter is, or will be, in a namespace: in a new one it is on, where the machine has it (`brnf_init_net`). */
export function bridgeSetting(
  { observation, desired }: Pick<FindContext, 'observation' | 'desired'>,
  netns: string,
  ns: NetnsObservation | undefined,
): (key: string) => string | null {
  return (key: string): string | null => {
    const wanted = desired.resources.get(`sysctl:${netns}/${key}`)?.props['value'];
    if (wanted !== undefined) return String(wanted);
    if (ns !== undefined) return ns.sysctls.get(key) ?? null;
    return (observation.host.sysctls.get(key) ?? null) === null ? null : '1';
  };
}

/**
 * The bridge then hands a packet that a rule has translated from port to port, and its ports are isolated from each other; no
 * setting of a single bridge is stronger than that of the host.
 */
export function unreachedPorts(
  networks: readonly ApartNetwork[],
  valueOf: (key: string) => string | null,
  host: string | undefined,
): readonly Diagnostic[] {
  return networks.flatMap(({ path, at, families, ports }): Diagnostic[] => {
    const keys = families.map((family) => BRIDGE_NETFILTER[family]).filter((key) => valueOf(key) === '1');
    if (keys.length === 0) return [];
    const settings = keys.map((key) => `${key}: 0`).join(', ');
    return [
      {
        code: 'port-not-for-neighbours',
        severity: 'warning',
        message: `the nodes of ${path} do not reach what is published for nodes of their own network (${ports.join(', ')}): with icc: false and ${keys.join(', ')} 1, the kernel hands such packets from port to port of the bridge, which are kept apart; all others reach it`,
        at,
        hint:
          host === undefined
            ? `sysctl -w ${keys.map((key) => `${key}=0`).join(' ')} lets them, if nobody else on this host needs it`
            : `sysctls: { ${settings} } of the host ${host} lets them`,
      },
    ];
  });
}
