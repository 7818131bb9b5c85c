/** Messages of the floors: links, addresses and routes as raw netlink. */
import { closeSync, openSync } from 'node:fs';
import { errno, libc } from '../src/kernel/netlink/libc.js';
import { MessageWriter, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL } from '../src/kernel/netlink/message.js';
import { NetlinkSocket } from '../src/kernel/netlink/socket.js';
import { GROUP } from './star.js';

export const NETNS = '/run/netns';
export const CLONE_NEWNET = 0x40000000;
const MS_BIND = 0x1000;
export const RTM = { newlink: 16, dellink: 17, newaddr: 20, newroute: 24, newneigh: 28 };
export const IFLA = { address: 1, ifname: 3, mtu: 4, master: 10, linkinfo: 18, netNsFd: 28, group: 27 };
export const NEW = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
const BATCH = 64;
const IFF_UP = 1;

export function must(result: number, what: string): number {
  if (result < 0) throw new Error(`${what}: errno ${errno()}`);
  return result;
}

/** A writer that is sent when it is full; every message must be accepted. */
export class Batch {
  private readonly writer = new MessageWriter(64 * 1024);
  constructor(private readonly socket: NetlinkSocket) {}

  add(write: (writer: MessageWriter) => void): void {
    write(this.writer);
    this.writer.end();
    if (this.writer.count >= BATCH) this.send();
  }

  send(): void {
    if (this.writer.count === 0) return;
    const refused = this.socket.exchange(this.writer.bytes, this.writer.length).find((reply) => reply.errno !== 0);
    if (refused !== undefined) throw new Error(`refused: errno ${refused.errno} ${refused.sentence}`);
    this.writer.clear();
  }
}

/** struct ifinfomsg */
export function linkHeader(writer: MessageWriter, index: number, up: boolean): void {
  const at = writer.reserve(16);
  writer.bytes.view.setInt32(at + 4, index, true);
  writer.bytes.view.setUint32(at + 8, up ? IFF_UP : 0, true);
  writer.bytes.view.setUint32(at + 12, up ? IFF_UP : 0, true);
}

export function setUp(writer: MessageWriter, index: number, name?: string): void {
  writer.begin(RTM.newlink, NLM_F_ACK);
  linkHeader(writer, index, true);
  if (name !== undefined) writer.string(IFLA.ifname, name);
}

export function bytesOf(address: string): Uint8Array {
  return Uint8Array.from(address.split('.').map(Number));
}

export function addAddress(writer: MessageWriter, index: number, address: string): void {
  writer.begin(RTM.newaddr, NEW);
  const at = writer.reserve(8);
  writer.bytes.view.setUint8(at, 2);
  writer.bytes.view.setUint8(at + 1, 16);
  writer.bytes.view.setUint32(at + 4, index, true);
  writer.data(1, bytesOf(address));
  writer.data(2, bytesOf(address));
}

export function addDefaultRoute(writer: MessageWriter, gateway: string): void {
  writer.begin(RTM.newroute, NEW);
  const at = writer.reserve(12);
  for (const [offset, value] of [
    [0, 2],
    [4, 254],
    [5, 3],
    [7, 1],
  ] as const)
    writer.bytes.view.setUint8(at + offset, value);
  writer.data(5, bytesOf(gateway));
}

export interface RawBridge {
  readonly index: number;
  readonly name: string;
  readonly mtu?: number;
}

export function addBridge(writer: MessageWriter, { index, name, mtu }: RawBridge): void {
  writer.begin(RTM.newlink, NEW);
  linkHeader(writer, index, true);
  writer.string(IFLA.ifname, name);
  writer.u32(IFLA.group, GROUP);
  if (mtu !== undefined) writer.u32(IFLA.mtu, mtu);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(1, 'bridge');
  writer.close(info);
}

export interface RawVeth {
  readonly name: string;
  /** Index of the bridge. */
  readonly master: number;
  /** The other end: `eth0`, of index 2. */
  readonly netnsFd: number;
  readonly mtu?: number;
  readonly mac?: Uint8Array;
}

export function addVeth(writer: MessageWriter, { name, master, netnsFd, mtu, mac }: RawVeth): void {
  writer.begin(RTM.newlink, NEW);
  linkHeader(writer, 0, true);
  writer.string(IFLA.ifname, name);
  writer.u32(IFLA.group, GROUP);
  writer.u32(IFLA.master, master);
  if (mtu !== undefined) writer.u32(IFLA.mtu, mtu);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(1, 'veth');
  const data = writer.nest(2);
  const peer = writer.nest(1);
  // The peer's index is asked for too.
  linkHeader(writer, 2, false);
  writer.string(IFLA.ifname, 'eth0');
  if (mtu !== undefined) writer.u32(IFLA.mtu, mtu);
  if (mac !== undefined) writer.data(IFLA.address, mac);
  writer.u32(IFLA.netNsFd, netnsFd);
  writer.close(peer);
  writer.close(data);
  writer.close(info);
}

export interface RawNetns {
  readonly socket: NetlinkSocket;
  readonly fd: number;
}

/** The thread stays in the new namespace. */
export function addNetns(name: string): RawNetns {
  const path = `${NETNS}/${name}`;
  closeSync(openSync(path, 'wx', 0o444));
  must(libc.unshare(CLONE_NEWNET), 'unshare');
  must(libc.mount('/proc/thread-self/ns/net', path, 'none', MS_BIND, null), 'mount');
  return { socket: new NetlinkSocket(0), fd: openSync('/proc/thread-self/ns/net', 'r') };
}
