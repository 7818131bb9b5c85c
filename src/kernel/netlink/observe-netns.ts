/** Everything of one namespace in one send: a dump per kind of object. */
import { constants } from 'node:os';
import type {
  AddressObservation,
  LinkObservation,
  NeighbourObservation,
  RouteObservation,
  RuleObservation,
} from '../../model/observation.js';
import { decodeAddress, requestAddresses } from './addresses.js';
import { SystemCallError } from './libc.js';
import { decodeLink, type DecodedLink, requestLinks } from './links.js';
import { type Bytes, MessageWriter } from './message.js';
import { decodeNeighbour, requestNeighbours } from './neighbours.js';
import { decodeForwarding, requestForwarding } from './netconf.js';
import { decodeRoute, requestRoutes } from './routes.js';
import { decodeRule, requestRules } from './rules.js';
import type { NetlinkSocket, Reply } from './socket.js';

export interface NetnsDump {
  readonly links: readonly LinkObservation[];
  readonly addresses: readonly AddressObservation[];
  readonly routes: readonly RouteObservation[];
  readonly rules: readonly RuleObservation[];
  readonly neighbours: readonly NeighbourObservation[];
  /** Of the whole namespace, as /proc/sys would write it; null where the kernel has not that family. */
  readonly forwarding: { readonly 4: string | null; readonly 6: string | null };
}

/** A busy machine interrupts dumps; more than this often in a row it never happens. */
const ATTEMPTS = 100;

/** What is being collected; each request has its own part, so that it can be asked for again. */
class Collection {
  links: DecodedLink[] = [];
  addresses: AddressObservation[] = [];
  routes: RouteObservation[] = [];
  rules: RuleObservation[] = [];
  neighbours: NeighbourObservation[] = [];
  proxies: NeighbourObservation[] = [];
  forwarding: { 4: string | null; 6: string | null } = { 4: null, 6: null };
  private readonly names = new Map<number, string>();

  readonly nameOf = (index: number): string => this.names.get(index) ?? `if${index}`;

  addLink(link: DecodedLink): void {
    this.links.push(link);
    this.names.set(link.index, link.name);
  }

  dump(): NetnsDump {
    for (const link of this.links) link.attributes['master'] = link.master === 0 ? '' : this.nameOf(link.master);
    const { links, addresses, routes, rules, forwarding } = this;
    return {
      links,
      addresses,
      routes,
      rules,
      neighbours: this.proxies.length === 0 ? this.neighbours : [...this.neighbours, ...this.proxies],
      forwarding,
    };
  }
}

interface Part {
  readonly request: (writer: MessageWriter) => void;
  readonly reset: (collection: Collection) => void;
  readonly take: (collection: Collection, bytes: Bytes, start: number, end: number) => void;
}

/** Adds what was decoded, unless it was nothing. */
function push<T>(list: T[], item: T | null): void {
  if (item !== null) list.push(item);
}

/** Links come first: the others name devices. */
const PARTS: readonly Part[] = [
  { request: requestLinks, reset: (c) => (c.links = []), take: (c, bytes, start, end) => c.addLink(decodeLink(bytes, start, end)) },
  {
    request: requestAddresses,
    reset: (c) => (c.addresses = []),
    take: (c, bytes, start, end) => c.addresses.push(decodeAddress(bytes, start, end, c.nameOf)),
  },
  {
    request: requestRoutes,
    reset: (c) => (c.routes = []),
    take: (c, bytes, start, end) => push(c.routes, decodeRoute(bytes, start, end, c.nameOf)),
  },
  { request: requestRules, reset: (c) => (c.rules = []), take: (c, bytes, start, end) => push(c.rules, decodeRule(bytes, start, end)) },
  {
    request: (writer) => requestNeighbours(writer, false),
    reset: (c) => (c.neighbours = []),
    take: (c, bytes, start, end) => push(c.neighbours, decodeNeighbour(bytes, start, end, c.nameOf)),
  },
  {
    request: (writer) => requestNeighbours(writer, true),
    reset: (c) => (c.proxies = []),
    take: (c, bytes, start, end) => push(c.proxies, decodeNeighbour(bytes, start, end, c.nameOf)),
  },
  {
    request: (writer) => requestForwarding(writer, 4),
    reset: () => undefined,
    take: (c, bytes, start, end) => (c.forwarding[4] = decodeForwarding(bytes, start, end)),
  },
  {
    request: (writer) => requestForwarding(writer, 6),
    reset: () => undefined,
    take: (c, bytes, start, end) => (c.forwarding[6] = decodeForwarding(bytes, start, end)),
  },
];

/** Requests are the same for every namespace: written once. */
function written(parts: readonly Part[]): MessageWriter {
  const writer = new MessageWriter(512);
  for (const part of parts) part.request(writer);
  return writer;
}

const ALL = written(PARTS);
const SINGLE = PARTS.map((part) => written([part]));

/** Ask again: another dump of the socket still runs, the list changed meanwhile, answers were lost. */
function mustRepeat(reply: Reply): boolean {
  return (
    reply.interrupted ||
    reply.errno === constants.errno.EBUSY ||
    reply.errno === constants.errno.ENOBUFS ||
    reply.errno === constants.errno.EINTR
  );
}

export function dumpNetns(socket: NetlinkSocket): NetnsDump {
  const collection = new Collection();
  const replies = socket.exchange(ALL.bytes, ALL.length, (bytes, _type, start, end, request) =>
    PARTS[request]!.take(collection, bytes, start, end),
  );
  replies.forEach((reply, index) => {
    if (mustRepeat(reply)) repeat(socket, collection, index);
  });
  return collection.dump();
}

function repeat(socket: NetlinkSocket, collection: Collection, index: number): void {
  const part = PARTS[index]!;
  const { bytes, length } = SINGLE[index]!;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    part.reset(collection);
    const [reply] = socket.exchange(bytes, length, (answer, _type, start, end) => part.take(collection, answer, start, end));
    if (!mustRepeat(reply!)) return;
  }
  throw new SystemCallError('dump', constants.errno.EBUSY);
}
