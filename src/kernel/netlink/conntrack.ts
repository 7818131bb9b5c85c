/** Forgets flows: an entry decides where a flow goes, whatever the rules say since. */
import { constants } from 'node:os';
import { contains, parseAddress, parseCidr } from '../../model/address.js';
import type { OutwardFlows, UdpFlows } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { decodeAddress, requestAddresses } from './addresses.js';
import { dump } from './dump.js';
import { CT_DELETE, CT_NEW, CTA, type Entry, IPPROTO_UDP, readEntries } from './flow-entries.js';
import { AF_INET, AF_INET6 } from './ip-text.js';
import { MessageWriter, NLA_F_NESTED, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL } from './message.js';
import { writeFamily } from './nft/attributes.js';
import { outcomeOf } from './refusal.js';
import type { NetlinkSocket, Reply } from './socket.js';

/** Not more than the receive buffer takes acknowledgements of, of two messages each. */
const FLOWS_AT_ONCE = 25;
/** A server that sends may be quicker than the two messages are apart. */
const ATTEMPTS = 5;

/** `enum ctattr_nat`, `enum ctattr_protonat` */
const NAT_PROTOCOL = 3;
const PORTS = { least: 1, most: 2 } as const;
const FIRST_PORT = 1024;
const HIGH_PORT = 32768;
const LAST_PORT = 65535;
/** As long as the kernel keeps a flow of UDP that nobody answers. */
const UNANSWERED_SECONDS = 30;

/** With the sockets of one namespace. A kernel that does not tell of its flows cannot be helped: they end by themselves. */
export function deleteFlows(netfilter: NetlinkSocket, route: NetlinkSocket, all: readonly (UdpFlows | OutwardFlows)[]): Outcome {
  const flows = all.filter((one): one is UdpFlows => !isOutward(one));
  const outward = all.filter(isOutward);
  const local = outward.length > 0 || flows.some(({ target }) => target === '') ? localAddresses(route) : new Set<string>();
  for (const family of [4, 6] as const) {
    const wanted = flows.filter((one) => one.family === family);
    const leads = leadsFrom(outward.filter((one) => one.family === family));
    if (wanted.length === 0 && leads === null) continue;
    const isWanted = (entry: Entry): boolean =>
      entry.original.protocol === IPPROTO_UDP && (wanted.some((one) => isOf(entry, one, local)) || leads?.(entry, local) === true);
    const ports = wanted.filter(({ target }) => target !== null);
    // A DNS server sends nothing more than an answer, and who has asked waits for that one.
    const isLedAway = (entry: Entry): boolean => wouldComeBack(entry) && ports.some((one) => isOf(entry, one, local));
    const entries = readEntries(netfilter, family, isWanted).map((entry) => ({ ...entry, isLedAway: isLedAway(entry) }));
    const outcome = deleteEntries(netfilter, family, entries);
    if (!outcome.ok) return outcome;
  }
  return OK;
}

const OK: Outcome = { ok: true };

const isOutward = (one: UdpFlows | OutwardFlows): one is OutwardFlows => 'source' in one;

type Leads = (entry: Entry, local: ReadonlySet<string>) => boolean;

/** Whether a flow begins in one of the networks and leads elsewhere: to the host itself it has the sender's address, to neighbours too. */
function leadsFrom(outward: readonly OutwardFlows[]): Leads | null {
  const networks = outward.flatMap(({ source }) => parseCidr(source) ?? []);
  if (networks.length === 0) return null;
  return ({ original: { source, destination } }, local) => {
    if (local.has(destination)) return false;
    const [from, to] = [parseAddress(source), parseAddress(destination)];
    return networks.some((network) => from !== null && contains(network, from) && !(to !== null && contains(network, to)));
  };
}

interface Forgotten extends Entry {
  readonly isLedAway: boolean;
}

function isOf({ original, reply, translated }: Entry, { address, from, to, target }: UdpFlows, local: ReadonlySet<string>): boolean {
  const { destination, destinationPort } = original;
  if (destinationPort < from || destinationPort > to || (address !== '' && destination !== address)) return false;
  if (target === null) return true;
  if (target !== '') return reply.source === target && reply.source !== destination;
  return !translated && (destination.startsWith('127.') || local.has(destination));
}

function deleteEntries(socket: NetlinkSocket, family: 4 | 6, entries: readonly Forgotten[]): Outcome {
  for (let first = 0; first < entries.length; first += FLOWS_AT_ONCE) {
    let left = entries.slice(first, first + FLOWS_AT_ONCE);
    for (let attempt = 0; left.length > 0 && attempt < ATTEMPTS; attempt++) {
      const replies = send(socket, family, left, attempt === 0 ? nameOf : nameOfAnswers);
      const failed = replies.find(({ deleted }) => deleted !== undefined && !isGone(deleted))?.deleted;
      if (failed !== undefined) return outcomeOf('conntrack-delete', failed);
      left = left.filter((_, i) => replies[i]?.led?.errno === constants.errno.EEXIST);
    }
  }
  return OK;
}

/** ENOENT: it has ended by itself. */
const isGone = ({ errno }: Reply): boolean => errno === 0 || errno === constants.errno.ENOENT;

interface Replies {
  readonly deleted: Reply | undefined;
  /** Of its answers, where they are led away. */
  readonly led: Reply | undefined;
}

function send(socket: NetlinkSocket, family: 4 | 6, entries: readonly Forgotten[], name: (entry: Entry) => Attributes): readonly Replies[] {
  const writer = new MessageWriter();
  for (const entry of entries) {
    begin(writer, CT_DELETE, NLM_F_ACK, family);
    writeAttributes(writer, name(entry));
    writer.end();
    if (entry.isLedAway) writeAway(writer, family, entry);
  }
  const replies = socket.exchange(writer.bytes, writer.length);
  let at = 0;
  return entries.map((entry) => ({ deleted: replies[at++], led: entry.isLedAway ? replies[at++] : undefined }));
}

/**
 * Who is sent to may go on to send: an answer on its way, a tunnel, a call. That begins a flow then, and where it comes from the same
 * port, what the sender of the forgotten flow sends next is taken for the answer: it goes where it went before.
 */
function wouldComeBack({ original, reply }: Entry): boolean {
  const { source, sourcePort, destination, destinationPort } = reply;
  return (
    sourcePort === original.destinationPort && destination === original.source && destinationPort === original.sourcePort && source !== ''
  );
}

/** So that flow is begun for him, from another port of the address; it ends with him. */
function writeAway(writer: MessageWriter, family: 4 | 6, entry: Entry): void {
  begin(writer, CT_NEW, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, family);
  writeAttributes(writer, nameOfAnswers(entry));
  writer.data(CTA.reply | NLA_F_NESTED, entry.raw.get(CTA.original)!);
  writer.u32(CTA.timeout, UNANSWERED_SECONDS, false);
  const nat = writer.nest(CTA.natSource, NLA_F_NESTED);
  const ports = writer.nest(NAT_PROTOCOL, NLA_F_NESTED);
  const port = entry.original.destinationPort;
  const [least, most] = port < HIGH_PORT ? [Math.max(port + 1, FIRST_PORT), LAST_PORT] : [FIRST_PORT, port - 1];
  writer.u16(PORTS.least, least, false);
  writer.u16(PORTS.most, most, false);
  writer.close(ports);
  writer.close(nat);
  writer.end();
}

type Attributes = readonly (readonly [type: number, payload: Buffer | undefined])[];

const nameOf = ({ raw }: Entry): Attributes => [CTA.original, CTA.id, CTA.zone].map((type) => [type, raw.get(type)]);

/** As of a flow that the answers have begun. */
const nameOfAnswers = ({ raw }: Entry): Attributes => [
  [CTA.original, raw.get(CTA.reply)],
  [CTA.zone, raw.get(CTA.zone)],
];

function begin(writer: MessageWriter, type: number, flags: number, family: 4 | 6): void {
  writer.begin(type, flags);
  writeFamily(writer, family === 4 ? AF_INET : AF_INET6);
}

function writeAttributes(writer: MessageWriter, attributes: Attributes): void {
  for (const [type, payload] of attributes)
    if (payload !== undefined) writer.data(type === CTA.original ? type | NLA_F_NESTED : type, payload);
}

function localAddresses(route: NetlinkSocket): ReadonlySet<string> {
  const writer = new MessageWriter(64);
  requestAddresses(writer);
  const addresses = new Set<string>();
  dump(
    route,
    writer,
    () => addresses.clear(),
    (bytes, _type, start, end) => addresses.add(decodeAddress(bytes, start, end, String).address.split('/', 1)[0] ?? ''),
  );
  return addresses;
}
