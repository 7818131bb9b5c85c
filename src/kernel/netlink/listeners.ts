/** Sockets that take connections or datagrams on ports of a namespace (`sock_diag(7)`), and the processes that have them. */
import { readdirSync, readlinkSync } from 'node:fs';
import { addressOfBytes } from '../../model/address.js';
import type { ListenerObservation } from '../../model/observation.js';
import type { PortSpan } from '../kernel.js';
import { ancestorsOf } from '../processes/identity.js';
import { commandLine } from './holders.js';
import { attributeType, type Bytes, MessageWriter, nextAttribute, NLM_F_DUMP } from './message.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from './socket.js';

const SOCK_DIAG_BY_FAMILY = 20;
/** `struct inet_diag_req_v2`, `struct inet_diag_msg` (`linux/inet_diag.h`). */
const REQUEST = 56;
const ANSWER = { family: 0, port: 4, address: 8, inode: 68, length: 72 } as const;
const INET_DIAG_SKV6ONLY = 11;

const AF_INET = 2;
const AF_INET6 = 10;
/** With the state of a socket that hears from everybody: TCP_LISTEN, and TCP_CLOSE of a UDP socket that is not connected. */
const PROTOCOLS = { tcp: { number: 6, states: 1 << 10 }, udp: { number: 17, states: 1 << 7 } } as const;

type Found = Omit<ListenerObservation, 'processes' | 'netns'> & { readonly inode: number };

/** Of the namespace where the thread stands; a kernel without inet_diag tells of none. */
export function readListeners(netns: string, spans: readonly PortSpan[]): readonly ListenerObservation[] {
  const socket = new NetlinkSocket(NETLINK_SOCK_DIAG);
  try {
    const wanted = (['tcp', 'udp'] as const).filter((protocol) => spans.some((span) => span.protocol === protocol));
    const all = wanted.flatMap((protocol) => [AF_INET, AF_INET6].flatMap((family) => sockets(socket, family, protocol)));
    const found = all.filter(({ protocol, port }) =>
      spans.some((span) => span.protocol === protocol && span.from <= port && port <= span.to),
    );
    return withProcesses(netns, found);
  } finally {
    socket.close();
  }
}

function sockets(socket: NetlinkSocket, family: number, protocol: 'tcp' | 'udp'): readonly Found[] {
  const { number, states } = PROTOCOLS[protocol];
  const writer = new MessageWriter(128);
  writer.begin(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
  const at = writer.reserve(REQUEST);
  writer.bytes.view.setUint8(at, family);
  writer.bytes.view.setUint8(at + 1, number);
  writer.bytes.view.setUint32(at + 4, states, true);
  writer.end();
  const found: Found[] = [];
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) => {
    const one = decode(bytes, start, end, protocol);
    if (one.port !== 0) found.push(one);
  });
  return found;
}

function decode({ buffer, view }: Bytes, start: number, end: number, protocol: 'tcp' | 'udp'): Found {
  const isIpv4 = view.getUint8(start + ANSWER.family) === AF_INET;
  let ipv6Only = false;
  for (let at = start + ANSWER.length; at < end; at = nextAttribute(view, at))
    if (attributeType(view, at) === INET_DIAG_SKV6ONLY) ipv6Only = view.getUint8(at + 4) !== 0;
  const address = start + ANSWER.address;
  return {
    protocol,
    address: addressText([...buffer.subarray(address, address + (isIpv4 ? 4 : 16))]),
    port: view.getUint16(start + ANSWER.port),
    ipv6Only,
    inode: view.getUint32(start + ANSWER.inode, true),
  };
}

/** A socket of IPv6 that is bound to an IPv4 address has it behind ten zeros and two ones. */
function addressText(bytes: readonly number[]): string {
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return addressOfBytes(isMapped ? bytes.slice(12) : bytes).text;
}

/** A look through all files of all processes, so only where there is somebody to look for. */
function withProcesses(netns: string, found: readonly Found[]): readonly ListenerObservation[] {
  if (found.length === 0) return [];
  const holders = new Map(found.map(({ inode }) => [`socket:[${inode}]`, new Set<string>()]));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    for (const file of openFiles(pid)) holders.get(file)?.add(pid);
  return found.map(({ inode, ...one }) => ({
    netns,
    ...one,
    processes: [...(holders.get(`socket:[${inode}]`) ?? [])].map((pid) => ({
      pid: Number(pid),
      ancestors: ancestorsOf(Number(pid)),
      command: commandLine(pid),
    })),
  }));
}

function openFiles(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => target(`/proc/${pid}/fd/${fd}`));
  } catch {
    // It has ended meanwhile, or is none of ours to look into.
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}
