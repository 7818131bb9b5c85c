/** Ports of the host that labs publish: two of them cannot have one port. */
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { parseMark } from '../model/names.js';
import type { NftTableObservation } from '../model/observation.js';
import type { PortRange } from './port-range.js';
import { publishedIn } from './published-rules.js';

export interface HostPorts extends PortRange {
  readonly path: string;
  readonly at: SourceRange;
}

/** Where a server of the lab listens. */
export interface ListeningPort extends HostPorts {
  /** By which interface it is asked. */
  readonly dev: string;
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
