/** Everything of one namespace in one send: a dump per kind of object. */
import type { AddressObservation, NeighbourObservation } from '../../model/observation.js';
import type { RouteObservation, RuleObservation } from '../../model/routes.js';
import { decodeAddress, requestAddresses } from './addresses.js';
import { dump, mustRepeat } from './dump.js';
import { judgeLinkLocals } from './link-local.js';
import { decodeLink, type DecodedLink, requestLinks } from './links.js';
import { type Bytes, MessageWriter } from './message.js';
import { decodeNeighbour, requestNeighbours } from './neighbours.js';
import { decodeForwarding, requestForwarding } from './netconf.js';
import { decodeLocalAddress, decodeRoute, requestRoutes } from './routes.js';
import { decodeRule, requestRules } from './rules.js';
import { judgePortStates } from './port-state.js';
import type { NetlinkSocket, Reply } from './socket.js';

export interface NetnsDump {
  readonly links: readonly DecodedLink[];
  readonly addresses: readonly AddressObservation[];
  readonly routes: readonly RouteObservation[];
  readonly localAddresses: ReadonlySet<string>;
  readonly rules: readonly RuleObservation[];
  readonly neighbours: readonly NeighbourObservation[];
  /** Of the whole namespace, as /proc/sys would write it; null where the kernel has not that family. */
  readonly forwarding: { readonly 4: string | null; readonly 6: string | null };
}

/** What is being collected; each request has its own part, so that it can be asked for again. */
class Collection {
  links: DecodedLink[] = [];
  addresses: AddressObservation[] = [];
  routes: RouteObservation[] = [];
  localAddresses = new Set<string>();
  rules: RuleObservation[] = [];
  neighbours: NeighbourObservation[] = [];
  proxies: NeighbourObservation[] = [];
  forwarding: { 4: string | null; 6: string | null } = { 4: null, 6: null };
  private readonly names = new Map<number, string>();

  readonly nameOf = (index: number): string => this.names.get(index) ?? `if${index}`;

  private readonly nameOrNone = (index: number): string => (index === 0 ? '' : this.nameOf(index));

  addLink(link: DecodedLink): void {
    this.links.push(link);
    this.names.set(link.index, link.name);
  }

  dump(): NetnsDump {
    for (const { attributes, type } of this.links) {
      attributes['master'] = this.nameOrNone(attributes['master'] as number);
      if (type === 'vxlan') attributes['dev'] = this.nameOrNone(attributes['dev'] as number);
    }
    judgePortStates(this.links);
    judgeLinkLocals(this.links, this.addresses);
    const { links, addresses, routes, localAddresses, rules, forwarding } = this;
    return {
      links,
      addresses,
      routes,
      localAddresses,
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

const LINKS: Part = {
  request: requestLinks,
  reset: (c) => (c.links = []),
  take: (c, bytes, start, end) => c.addLink(decodeLink(bytes, start, end)),
};
const ADDRESSES: Part = {
  request: requestAddresses,
  reset: (c) => (c.addresses = []),
  take: (c, bytes, start, end) => c.addresses.push(decodeAddress(bytes, start, end, c.nameOf)),
};
const ROUTES: Part = {
  request: requestRoutes,
  reset: (c) => {
    c.routes = [];
    c.localAddresses.clear();
  },
  take: (c, bytes, start, end) => {
    const route = decodeRoute(bytes, start, end, c.nameOf);
    if (route !== null) c.routes.push(route);
    else {
      const address = decodeLocalAddress(bytes, start, end);
      if (address !== null) c.localAddresses.add(address);
    }
  },
};
const RULES: Part = {
  request: requestRules,
  reset: (c) => (c.rules = []),
  take: (c, bytes, start, end) => push(c.rules, decodeRule(bytes, start, end)),
};
const NEIGHBOURS: Part = {
  request: (writer) => requestNeighbours(writer, false),
  reset: (c) => (c.neighbours = []),
  take: (c, bytes, start, end) => push(c.neighbours, decodeNeighbour(bytes, start, end, c.nameOf)),
};
const PROXIES: Part = {
  request: (writer) => requestNeighbours(writer, true),
  reset: (c) => (c.proxies = []),
  take: (c, bytes, start, end) => push(c.proxies, decodeNeighbour(bytes, start, end, c.nameOf)),
};
const forwarding = (family: 4 | 6): Part => ({
  request: (writer) => requestForwarding(writer, family),
  reset: () => undefined,
  take: (c, bytes, start, end) => (c.forwarding[family] = decodeForwarding(bytes, start, end)),
});

/** Requests are the same for every namespace: written once. */
function sendOf(...parts: readonly Part[]): Send {
  const writer = new MessageWriter(256);
  for (const part of parts) part.request(writer);
  return { parts, writer };
}

interface Send {
  readonly parts: readonly Part[];
  readonly writer: MessageWriter;
}

/**
 * As few sends as the kernel allows. A request behind an unfinished dump gets EBUSY, and dumps of links, addresses and
 * routes finish in a second piece, always (RTNL_FLAG_DUMP_SPLIT_NLM_DONE, `net/core/rtnetlink.c`); the others
 * usually in the first. Links come first, for the others name devices; a request without an answer of its own comes before one that has.
 */
const SENDS: readonly Send[] = [sendOf(LINKS), sendOf(ADDRESSES), sendOf(forwarding(4), forwarding(6), RULES, NEIGHBOURS, PROXIES, ROUTES)];
const SINGLE: ReadonlyMap<Part, Send> = new Map(SENDS.flatMap(({ parts }) => parts).map((part) => [part, sendOf(part)]));

/** What `record` has written of one namespace, read as if its socket had just said it. */
export function replay(recording: Bytes, start: number, end: number): NetnsDump {
  const collection = new Collection();
  const { view } = recording;
  for (let at = start; at < end;) {
    const payload = at + RECORD_HEADER;
    const length = view.getUint32(at + 4, true);
    const part = PARTS[view.getUint32(at, true)]!;
    if (length === 0) part.reset(collection);
    else part.take(collection, recording, payload, payload + length);
    at = payload + ((length + 3) & ~3);
  }
  return collection.dump();
}

/** Which part, how many bytes; none: what was said of the part so far does not count. */
const RECORD_HEADER = 8;
const PARTS = SENDS.flatMap(({ parts }) => parts);

/** Writes down all that the namespace says, for another thread to `replay`; false where it did not come to rest. */
export function record(socket: NetlinkSocket, into: MessageWriter): boolean {
  return SENDS.every((send) => {
    const replies = write(socket, send, into);
    return send.parts.every((part, i) => !mustRepeat(replies[i]!) || repeatInto(socket, part, into));
  });
}

function write(socket: NetlinkSocket, { parts, writer }: Send, into: MessageWriter): readonly Reply[] {
  return socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) => {
    const at = begin(into, parts[request]!, end - start);
    into.bytes.buffer.set(bytes.buffer.subarray(start, end), at);
  });
}

/** Gives where so many bytes of the part go. */
function begin(into: MessageWriter, part: Part, length: number): number {
  const at = into.reserve(RECORD_HEADER + length);
  into.bytes.view.setUint32(at, PARTS.indexOf(part), true);
  into.bytes.view.setUint32(at + 4, length, true);
  return at + RECORD_HEADER;
}

function repeatInto(socket: NetlinkSocket, part: Part, into: MessageWriter): boolean {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    begin(into, part, 0);
    const [reply] = write(socket, SINGLE.get(part)!, into);
    if (!mustRepeat(reply!)) return true;
  }
  return false;
}

/** What changes so often is read by whoever needs it. */
const ATTEMPTS = 3;

export function dumpNetns(socket: NetlinkSocket): NetnsDump {
  const collection = new Collection();
  for (const { parts, writer } of SENDS) {
    const replies = socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end, request) =>
      parts[request]!.take(collection, bytes, start, end),
    );
    for (let i = 0; i < parts.length; i++) if (mustRepeat(replies[i]!)) repeat(socket, collection, parts[i]!);
  }
  return collection.dump();
}

function repeat(socket: NetlinkSocket, collection: Collection, part: Part): void {
  dump(
    socket,
    SINGLE.get(part)!.writer,
    () => part.reset(collection),
    (bytes, _type, start, end) => part.take(collection, bytes, start, end),
  );
}
