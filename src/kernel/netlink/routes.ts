/** RTM_NEWROUTE (`rtnetlink.h`): observation and operations. */
import type { RouteObservation, RouteOperation } from '../../model/routes.js';
import { nexthopText, type Nexthop } from '../../model/nexthop.js';
import { addressBytes, addressText, AF_INET, AF_INET6, AF_UNSPEC, cidrBytes, familyNumber } from './ip-text.js';
import {
  attributeEnd,
  attributeType,
  type Bytes,
  type MessageWriter,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  nextAttribute,
} from './message.js';
import { RTA, RTAX_MTU, RTMSG } from './route-attributes.js';
import { routeKey, routeWords } from './route-words.js';
import { scopeName, scopeNumber } from './scopes.js';

export const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;

const RTNH_F_ONLINK = 4;
export const RTM_F_CLONED = 0x200;
const TABLE_LOCAL = 255;
const BY_KERNEL = 2;
/** `rt_protos`: an ICMP redirect, a router advertisement. */
const BY_ITSELF = new Set([1, 9]);

const TYPES = [
  'unspec',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
];

export function requestRoutes(writer: MessageWriter): void {
  writer.begin(RTM_GETROUTE, NLM_F_DUMP);
  writer.bytes.view.setUint8(writer.reserve(RTMSG), AF_UNSPEC);
  writer.end();
}

/** Null for what is no configuration: what the kernel has in the local table, cached routes, other families. */
export function decodeRoute(bytes: Bytes, start: number, end: number, nameOf: (index: number) => string): RouteObservation | null {
  const { view } = bytes;
  const family = view.getUint8(start);
  const flags = view.getUint32(start + 8, true);
  let table = view.getUint8(start + 4);
  if (isKernels(view, start) || (flags & RTM_F_CLONED) !== 0 || (family !== AF_INET && family !== AF_INET6)) return null;
  // Of most routes nothing below is more than the words here say.
  let isPlain = view.getUint8(start + 2) === 0 && view.getUint8(start + 3) === 0;
  let [to, source, metric, index, expires, mtu] = [0, 0, 0, 0, 0, 0];
  let via = '';
  let nexthops: string[] = [];
  for (let at = start + RTMSG; at < end; at = nextAttribute(view, at)) {
    switch (attributeType(view, at)) {
      case RTA.dst:
        to = at + 4;
        break;
      case RTA.oif:
        index = view.getUint32(at + 4, true);
        break;
      case RTA.gateway:
        via = addressText(view, at + 4, family);
        break;
      case RTA.via:
        via = addressText(view, at + 6, view.getUint16(at + 4, true));
        break;
      case RTA.priority:
        metric = view.getUint32(at + 4, true);
        break;
      case RTA.prefsrc:
        source = at + 4;
        break;
      case RTA.table:
        table = view.getUint32(at + 4, true);
        break;
      case RTA.metrics:
        mtu = mtuOf(view, at);
        isPlain = false;
        break;
      case RTA.flow:
      case RTA.encap:
        isPlain = false;
        break;
      case RTA.pref:
        if (view.getUint8(at + 4) !== 0) isPlain = false;
        break;
      case RTA.multipath:
        nexthops = nexthopsOf(bytes, at, family, nameOf);
        break;
      case RTA.cacheinfo:
        // struct rta_cacheinfo: clntref, lastuse, expires
        expires = view.getInt32(at + 12, true);
        break;
    }
  }
  const protocol = view.getUint8(start + 5);
  const type = view.getUint8(start + 7);
  const key = isPlain ? '' : routeKey(bytes, start, end);
  const other = isPlain ? '' : routeWords(bytes, start, end);
  const network = to === 0 ? (family === AF_INET6 ? '::' : '0.0.0.0') : addressText(view, to, family);
  return {
    to: `${network}/${view.getUint8(start + 1)}`,
    type: TYPES[type] ?? String(type),
    table,
    metric,
    protocol,
    scope: scopeName(view.getUint8(start + 6)),
    via,
    dev: index === 0 ? '' : nameOf(index),
    src: source === 0 ? '' : addressText(view, source, family),
    mtu,
    onlink: (flags & RTNH_F_ONLINK) !== 0,
    nexthops,
    key,
    other,
    ...(key === '' && other === '' ? {} : { message: bytes.buffer.toString('hex', start, end) }),
    dynamic: expires !== 0 || BY_ITSELF.has(protocol),
  };
}

const RTN_LOCAL = 2;

/** In the local table nearly all are. */
const isKernels = (view: DataView, start: number): boolean =>
  view.getUint8(start + 4) === TABLE_LOCAL && view.getUint8(start + 5) === BY_KERNEL;

/** The IPv4 address that a route of the local table is for; null for other routes. */
export function decodeLocalAddress({ view }: Bytes, start: number, end: number): string | null {
  const isLocal = view.getUint8(start + 4) === TABLE_LOCAL && view.getUint8(start + 7) === RTN_LOCAL;
  if (!isLocal || view.getUint8(start) !== AF_INET || view.getUint8(start + 1) !== 32) return null;
  for (let at = start + RTMSG; at < end; at = nextAttribute(view, at)) {
    if (attributeType(view, at) === RTA.dst) return addressText(view, at + 4, AF_INET);
  }
  return null;
}

function mtuOf(view: DataView, outer: number): number {
  const end = attributeEnd(view, outer);
  for (let at = outer + 4; at < end; at = nextAttribute(view, at)) {
    if (attributeType(view, at) === RTAX_MTU) return view.getUint32(at + 4, true);
  }
  return 0;
}

/** struct rtnexthop: length, flags, weight less one, index; then attributes. */
function nexthopsOf(bytes: Bytes, outer: number, family: number, nameOf: (index: number) => string): string[] {
  const { view } = bytes;
  const end = attributeEnd(view, outer);
  const hops: string[] = [];
  for (let hop = outer + 4; hop + 8 <= end;) {
    const length = Math.max(8, view.getUint16(hop, true));
    let via = '';
    for (let at = hop + 8; at < hop + length; at = nextAttribute(view, at)) {
      const type = attributeType(view, at);
      if (type === RTA.gateway) via = addressText(view, at + 4, family);
      else if (type === RTA.via) via = addressText(view, at + 6, view.getUint16(at + 4, true));
    }
    const way = { via, dev: nameOf(view.getUint32(hop + 4, true)), weight: view.getUint8(hop + 3) + 1 };
    hops.push(nexthopText(way, (view.getUint8(hop + 2) & RTNH_F_ONLINK) === 0 ? '' : 'onlink'));
    hop += (length + 3) & ~3;
  }
  return hops;
}

const FLAGS = { 'route-add': NLM_F_CREATE | NLM_F_EXCL, 'route-replace': NLM_F_CREATE | NLM_F_REPLACE, 'route-delete': 0 } as const;

export function encodeRoute(writer: MessageWriter, operation: RouteOperation, indexOf: (name: string) => number): void {
  const index = operation.dev === '' ? 0 : indexOf(operation.dev);
  const family = familyNumber(operation.to);
  const { bytes, prefix } = cidrBytes(operation.to);
  writer.begin(operation.op === 'route-delete' ? RTM_DELROUTE : RTM_NEWROUTE, FLAGS[operation.op] | NLM_F_ACK);
  if (operation.message !== undefined) {
    encodeAsRead(writer, Buffer.from(operation.message, 'hex'), index, operation.op === 'route-delete');
    return writer.end();
  }
  const header = writer.reserve(RTMSG);
  const { view } = writer.bytes;
  view.setUint8(header, family);
  view.setUint8(header + 1, prefix);
  view.setUint8(header + 4, operation.table < 256 ? operation.table : 0);
  view.setUint8(header + 5, operation.protocol);
  view.setUint8(header + 6, scopeNumber(operation.scope));
  view.setUint8(header + 7, TYPES.indexOf(operation.type));
  view.setUint32(header + 8, operation.onlink ? RTNH_F_ONLINK : 0, true);
  writer.u32(RTA.table, operation.table);
  if (prefix > 0) writer.data(RTA.dst, bytes);
  if (index !== 0) writer.u32(RTA.oif, index);
  if (operation.via !== '') encodeVia(writer, family, operation.via);
  // Without them all go: with some that are gone already, an IPv4 route would not be found.
  if (operation.nexthops !== undefined && operation.op !== 'route-delete') encodeNexthops(writer, family, operation.nexthops, indexOf);
  if (operation.metric !== 0) writer.u32(RTA.priority, operation.metric);
  if (operation.src !== '') writer.data(RTA.prefsrc, addressBytes(operation.src));
  if (operation.mtu !== 0 && operation.op !== 'route-delete') {
    const metrics = writer.nest(RTA.metrics);
    writer.u32(RTAX_MTU, operation.mtu);
    writer.close(metrics);
  }
  writer.end();
}

/** As the kernel has told it: without what it tells of the route's life, and the flags that say how it fares. */
function encodeAsRead(writer: MessageWriter, message: Buffer, index: number, deletes: boolean): void {
  const read = new DataView(message.buffer, message.byteOffset, message.length);
  const header = writer.reserve(RTMSG);
  writer.bytes.buffer.set(message.subarray(0, RTMSG), header);
  writer.bytes.view.setUint32(header + 8, read.getUint32(8, true) & RTNH_F_ONLINK, true);
  for (let at = RTMSG; at < message.length; at = nextAttribute(read, at)) {
    const type = attributeType(read, at);
    if (type === RTA.oif) writer.u32(RTA.oif, index);
    else if (type !== RTA.cacheinfo && !(deletes && type === RTA.metrics))
      writer.data(read.getUint16(at + 2, true), message.subarray(at + 4, attributeEnd(read, at)));
  }
}

function encodeNexthops(writer: MessageWriter, family: number, hops: readonly Nexthop[], indexOf: (name: string) => number): void {
  const all = writer.nest(RTA.multipath);
  for (const { via, dev, weight } of hops) {
    const at = writer.reserve(8);
    writer.bytes.view.setUint8(at + 3, weight - 1);
    writer.bytes.view.setUint32(at + 4, indexOf(dev), true);
    if (via !== '') encodeVia(writer, family, via);
    writer.bytes.view.setUint16(at, writer.length - at, true);
  }
  writer.close(all);
}

/** A gateway of the other family goes into RTA_VIA, with its family in front (RFC 5549). */
function encodeVia(writer: MessageWriter, family: number, via: string): void {
  const gateway = addressBytes(via);
  if (familyNumber(via) === family) writer.data(RTA.gateway, gateway);
  else {
    const at = writer.attribute(RTA.via, 2 + gateway.length);
    writer.bytes.view.setUint16(at, familyNumber(via), true);
    writer.bytes.buffer.set(gateway, at + 2);
  }
}
