/** What BIRD answers, as neighbours. */
import type { ProcessKey } from '../../model/process.js';
import type { NeighborStatus } from '../../model/routing-status.js';
import { ospfComplaints } from './complaints.js';
import { askBird, type AnswerLine } from './control.js';
import { unsignedSegments } from './signatures.js';

export interface DaemonStatus {
  readonly routerId: string;
  readonly neighbors: readonly NeighborStatus[];
}

export interface Daemon extends ProcessKey {
  readonly pid: number;
  /** Path of its log. */
  readonly log: string;
}

/** Null: it does not answer. */
export async function birdStatus({ pid, log, ...key }: Daemon): Promise<DaemonStatus | null> {
  const answers = await askBird(key, ['show status', 'show protocols all', 'show ospf neighbors']);
  if (answers === null) return null;
  const [status = [], protocols = [], ospf = []] = answers;
  const routerId = status.map(({ text }) => /Router ID is (\S+)/.exec(text)?.[1]).find((id) => id !== undefined) ?? '';
  const silent = (state: string): string | undefined => whySilent(state, () => unsignedSegments(pid));
  const known = ospfNeighbors(ospf);
  const strangers = ospfComplaints(log, Date.now()).filter((one) => !known.some((neighbor) => isSame(one, neighbor)));
  return { routerId, neighbors: [...bgpNeighbors(protocols, silent), ...known, ...strangers] };
}

const isSame = (one: NeighborStatus, other: NeighborStatus): boolean =>
  one.interface === other.interface && [other.peer, other.address].includes(one.peer);

/** Where the daemon says nothing itself, because it hears nothing. */
function whySilent(state: string, unsigned: () => number): string | undefined {
  if (state === 'Passive') return 'waits for the peer to connect';
  if (state !== 'Connect') return undefined;
  const dropped = unsigned();
  return dropped === 0 ? 'no answer' : `no answer; ${dropped} segments without the right password (TCP MD5) have been dropped here`;
}

/** Numbers of answers: the line of a protocol, a neighbour of OSPF (nest/reply codes, doc/reply_codes of BIRD). */
const PROTOCOL = '1002';
const OSPF_NEIGHBORS = '1013';

/** NAME BGP --- STATE YYYY-MM-DD HH:MM:SS INFO */
const HEAD = /^\S+\s+BGP\s+\S+\s+\S+\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*)/;

type WhySilent = (state: string) => string | undefined;

function bgpNeighbors(lines: readonly AnswerLine[], whySilent: WhySilent): readonly NeighborStatus[] {
  return blocks(lines).flatMap(([head = '', ...body]) => {
    const since = HEAD.exec(head)?.[1];
    return since === undefined ? [] : [bgpNeighbor(since, body, whySilent)];
  });
}

function blocks(lines: readonly AnswerLine[]): readonly (readonly string[])[] {
  const all: string[][] = [];
  for (const { code, text } of lines) {
    if (code === PROTOCOL) all.push([text]);
    else all.at(-1)?.push(text);
  }
  return all;
}

function bgpNeighbor(since: string, body: readonly string[], whySilent: WhySilent): NeighborStatus {
  const value = (name: string): string | undefined => {
    const line = body.find((text) => text.trimStart().startsWith(`${name}:`));
    return line?.slice(line.indexOf(':') + 1).trim();
  };
  const state = value('BGP state') ?? 'Down';
  const [, received, exported] = /^(\d+) imported.*?, (\d+) exported/.exec(value('Routes') ?? '') ?? [];
  const problem = state === 'Established' ? undefined : (value('Last error') ?? whySilent(state));
  return {
    protocol: 'bgp',
    peer: value('Description') ?? '',
    address: value('Neighbor address') ?? '',
    asn: Number(value('Neighbor AS') ?? 0),
    state,
    // In the time zone of the machine, which is ours as well.
    since: new Date(since.replace(' ', 'T')).toISOString(),
    ...(received === undefined ? {} : { received: Number(received), exported: Number(exported) }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** ID PRIORITY STATE/ROLE SECONDS INTERFACE ADDRESS */
const OSPF_LINE = /^(\d+\.\d+\.\d+\.\d+)\s+\d+\s+(\S+)\s+\S+\s+(\S+)\s+(\S+)\s*$/;

function ospfNeighbors(lines: readonly AnswerLine[]): readonly NeighborStatus[] {
  return lines.flatMap(({ code, text }): NeighborStatus[] => {
    const [, peer = '', state = '', on = '', address = ''] = (code === OSPF_NEIGHBORS ? OSPF_LINE.exec(text.trim()) : null) ?? [];
    return peer === '' ? [] : [{ protocol: 'ospf', peer, address, interface: on, state: state.split('/')[0]! }];
  });
}
