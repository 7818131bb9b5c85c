/** Ports of the host that labs publish: two of them cannot have one port. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { NftTableObservation } from '../model/observation.js';

export interface PortRange {
  readonly protocol: string;
  readonly family: 4 | 6;
  /** Undefined: all of the host's. */
  readonly address: string | undefined;
  readonly from: number;
  readonly to: number;
}

export interface HostPorts extends PortRange {
  readonly path: string;
  readonly at: SourceRange;
}

/** As this program writes it: `ip daddr 127.0.0.1 tcp dport 8443-8444 dnat ip to 10.0.0.2`. */
const PUBLISHED = /^(?:ip6? daddr (\S+) )?(tcp|udp) dport (\d+)(?:-(\d+))? dnat (ip6?) to /;

/** Those of an observed table. */
export function publishedIn(table: NftTableObservation): readonly PortRange[] {
  return table.chains.flatMap(({ rules }) =>
    rules.flatMap(({ text }): PortRange[] => {
      const [, address, protocol = '', from, to = from, family] = PUBLISHED.exec(text) ?? [];
      return from === undefined ? [] : [{ protocol, family: family === 'ip6' ? 6 : 4, address, from: Number(from), to: Number(to) }];
    }),
  );
}

function overlap(a: PortRange, b: PortRange): boolean {
  if (a.protocol !== b.protocol || a.family !== b.family || a.from > b.to || b.from > a.to) return false;
  return a.address === undefined || b.address === undefined || a.address === b.address;
}

/** The kernel takes the rules of both; whose come first gets the connections. */
export function takenPorts(wanted: readonly HostPorts[], tables: readonly NftTableObservation[]): readonly Diagnostic[] {
  const conflicts = new Map<string, Diagnostic>();
  for (const table of wanted.length === 0 ? [] : tables) {
    const lab = parseMark(table.comment)?.lab;
    const theirs = lab === undefined ? [] : publishedIn(table);
    for (const ours of wanted) {
      const taken = theirs.find((range) => overlap(ours, range));
      if (lab !== undefined && taken !== undefined) conflicts.set(`${lab} ${ours.path}`, conflict(lab, ours, taken));
    }
  }
  return [...conflicts.values()];
}

function conflict(lab: string, { path, at }: HostPorts, { protocol, address, from, to }: PortRange): Diagnostic {
  const ports = from === to ? `port ${from}` : `ports ${from}-${to}`;
  return {
    code: 'host-port-taken',
    severity: 'error',
    message: `${path}: the lab ${lab} publishes ${ports}/${protocol} of ${address ?? 'the host'} already`,
    at,
    hint: `choose another port of the host, or an address for each of the two; topo destroy --lab ${lab} removes that lab`,
  };
}
