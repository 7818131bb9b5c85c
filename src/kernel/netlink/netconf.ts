/** RTM_NEWNETCONF (`netconf.h`): forwarding of a whole namespace, without a file of /proc. */
import { AF_INET, AF_INET6 } from './ip-text.js';
import { attributeType, type Bytes, MessageWriter, NLM_F_ACK, nextAttribute } from './message.js';
import type { NetlinkSocket } from './socket.js';

const RTM_GETNETCONF = 82;
const NETCONFA_IFINDEX = 1;
const NETCONFA_FORWARDING = 2;
const NETCONFA_IFINDEX_ALL = -1;

/** struct netconfmsg */
const HEADER = 1;

/** The keys that a dump of the namespace answers, and the family that does. */
export const FORWARDING_KEYS: ReadonlyMap<string, 4 | 6> = new Map([
  ['net.ipv4.ip_forward', 4],
  ['net.ipv4.conf.all.forwarding', 4],
  ['net.ipv6.conf.all.forwarding', 6],
]);

/** Without an acknowledgement a dump must follow in the same send, so that the answer is read. */
export function requestForwarding(writer: MessageWriter, family: 4 | 6, flags = 0): void {
  writer.begin(RTM_GETNETCONF, flags);
  writer.bytes.view.setUint8(writer.reserve(HEADER), family === 6 ? AF_INET6 : AF_INET);
  writer.u32(NETCONFA_IFINDEX, NETCONFA_IFINDEX_ALL >>> 0);
  writer.end();
}

/** Null if the kernel does not say. */
export function decodeForwarding(bytes: Bytes, start: number, end: number): string | null {
  for (let at = start + 4; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === NETCONFA_FORWARDING) return String(bytes.view.getInt32(at + 4, true));
  }
  return null;
}

/** One of `FORWARDING_KEYS`, a tenth of the time that its file takes. */
export function readForwarding(socket: NetlinkSocket, key: string): string | null {
  const writer = new MessageWriter(64);
  requestForwarding(writer, FORWARDING_KEYS.get(key) ?? 4, NLM_F_ACK);
  let value: string | null = null;
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) => (value = decodeForwarding(bytes, start, end)));
  return value;
}
