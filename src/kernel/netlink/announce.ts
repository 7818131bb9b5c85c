/** Tells neighbours which MAC address an interface's addresses have: gratuitous ARP (RFC 5227), unsolicited neighbour advertisements (RFC 4861, 7.2.6). */
import type { Announce } from '../../model/operation.js';
import { interfaceKey } from '../../model/sysctl-key.js';
import type { Outcome } from '../kernel.js';
import { decodeAddress, requestAddresses } from './addresses.js';
import { dump } from './dump.js';
import { addressBytes, macBytes } from './ip-text.js';
import { libc } from './libc.js';
import { allocate, type Bytes, MessageWriter } from './message.js';
import { readSysctl } from './proc-sys.js';
import type { Queue } from './queue.js';
import type { Sessions } from './sessions.js';
import { SOCK_CLOEXEC, SOCK_RAW } from './socket.js';

const OK: Outcome = { ok: true };

const AF_PACKET = 17;
/** struct sockaddr_ll */
const PLACE = 20;
const INDEX_AT = 4;
const LENGTH_AT = 11;
const MAC_AT = 12;
const MAC_BYTES = 6;

const ETHERTYPE = { ip6: 0x86dd, arp: 0x0806, ip4: 0x0800 } as const;
const HEADER = 14;
const EVERYBODY = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
/** ff02::1, and the MAC address that is for it. */
const ALL_NODES = [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const ALL_NODES_MAC = [0x33, 0x33, 0, 0, 0, 1];
const ICMPV6 = 58;
const ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;
const IS_ROUTER = 0x80;
const OVERRIDE = 0x20;

/** With a socket for the time being. What cannot be sent is no failure: neighbours find out by themselves, later. */
export function announce(sessions: Sessions, queue: Queue, { netns, dev, address, mac }: Announce): Outcome {
  queue.links.learn(new Set([dev]));
  const index = queue.links.index(dev);
  if (index === 0) return OK;
  const addresses = address === '' ? addressesOf(queue, index) : [address];
  sessions.inside(netns, () => {
    const socket = libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (socket < 0) return;
    try {
      const own = bind(socket, index);
      if (own === null) return;
      // What the host's bridges are, a setting says: they may differ from all.
      const routes = mac === undefined && addresses.some(isIpv6) && readSysctl(interfaceKey('ipv6', dev, 'forwarding')) === '1';
      const owner = mac === undefined ? own : macBytes(mac);
      for (const one of addresses) send(socket, isIpv6(one) ? advertisement(one, owner, own, routes) : gratuitousArp(one, owner, own));
    } finally {
      libc.close(socket);
    }
  });
  return OK;
}

const isIpv6 = (address: string): boolean => address.includes(':');

function addressesOf({ session }: Queue, index: number): readonly string[] {
  const writer = new MessageWriter(64);
  requestAddresses(writer);
  let found: string[] = [];
  dump(
    session.socket,
    writer,
    () => (found = []),
    (bytes, _type, start, end) => {
      const { dev, address } = decodeAddress(bytes, start, end, String);
      if (dev === String(index)) found.push(address.slice(0, address.indexOf('/')));
    },
  );
  return found;
}

/** Gives the interface's MAC address; null where it is not of Ethernet. */
function bind(socket: number, index: number): Uint8Array | null {
  const place = allocate(PLACE);
  place.view.setUint16(0, AF_PACKET, true);
  place.view.setInt32(INDEX_AT, index, true);
  if (libc.bind(socket, place.buffer, PLACE) < 0) return null;
  const length = allocate(4);
  length.view.setUint32(0, PLACE, true);
  if (libc.getsockname(socket, place.buffer, length.buffer) < 0) return null;
  return place.view.getUint8(LENGTH_AT) === MAC_BYTES ? Uint8Array.from(place.buffer.subarray(MAC_AT, MAC_AT + MAC_BYTES)) : null;
}

const send = (socket: number, { buffer }: Bytes): void => void libc.send(socket, buffer, buffer.length, 0);

function frame(to: readonly number[], from: Uint8Array, type: number, length: number): Bytes {
  const bytes = allocate(HEADER + length);
  bytes.buffer.set(to, 0);
  bytes.buffer.set(from, MAC_BYTES);
  bytes.view.setUint16(2 * MAC_BYTES, type);
  return bytes;
}

/** A question for the address itself: whoever knows it takes the MAC address from it. */
function gratuitousArp(address: string, mac: Uint8Array, own: Uint8Array): Bytes {
  const bytes = frame(EVERYBODY, own, ETHERTYPE.arp, 28);
  const { buffer, view } = bytes;
  view.setUint16(HEADER, 1);
  view.setUint16(HEADER + 2, ETHERTYPE.ip4);
  buffer.set([MAC_BYTES, 4, 0, 1], HEADER + 4);
  buffer.set(mac, HEADER + 8);
  buffer.set(addressBytes(address), HEADER + 14);
  buffer.set(addressBytes(address), HEADER + 24);
  return bytes;
}

/** As the kernel's own (`ndisc_send_na`). */
function advertisement(address: string, mac: Uint8Array, own: Uint8Array, routes: boolean): Bytes {
  const length = 32;
  const bytes = frame(ALL_NODES_MAC, own, ETHERTYPE.ip6, 40 + length);
  const { buffer, view } = bytes;
  const [ip, message] = [HEADER, HEADER + 40];
  view.setUint8(ip, 0x60);
  view.setUint16(ip + 4, length);
  buffer.set([ICMPV6, 255], ip + 6);
  buffer.set(addressBytes(address), ip + 8);
  buffer.set(ALL_NODES, ip + 24);
  view.setUint8(message, ADVERTISEMENT);
  view.setUint8(message + 4, OVERRIDE | (routes ? IS_ROUTER : 0));
  buffer.set(addressBytes(address), message + 8);
  buffer.set([TARGET_LINK_LAYER_ADDRESS, 1], message + 24);
  buffer.set(mac, message + 26);
  view.setUint16(message + 2, checksum(view, ip + 8, length + ICMPV6));
  return bytes;
}

/** Over both addresses and the message, which stand one behind the other; `rest` is what the pseudo-header has besides (RFC 8200, 8.1). */
function checksum(view: DataView, from: number, rest: number): number {
  let sum = rest;
  for (let at = from; at < view.byteLength; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
