/**
 * The floor: the same objects by raw netlink from Node and nothing else: no file, no plan, no marks, no settings, no
 * look at what is there or at what came of it. `floor.ts create|delete NODES BRIDGES`; prints milliseconds as JSON.
 */
import { closeSync, mkdirSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { errno, libc } from '../src/kernel/netlink/libc.js';
import { allocate, MessageWriter, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL } from '../src/kernel/netlink/message.js';
import { NetlinkSocket } from '../src/kernel/netlink/socket.js';
import { addressOf, GROUP, type Star } from './star.js';

const NETNS = '/run/netns';
const CLONE_NEWNET = 0x40000000;
const MS_BIND = 0x1000;
const MNT_DETACH = 2;
const RTM = { newlink: 16, dellink: 17, newaddr: 20, newroute: 24 };
const IFLA = { ifname: 3, master: 10, linkinfo: 18, netNsFd: 28, group: 27 };
const NEW = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
const BATCH = 64;
/** Index of a bridge: asked for, so that nothing has to be looked up. */
const BRIDGE_INDEX = 1000;
const IFF_UP = 1;

function must(result: number, what: string): number {
  if (result < 0) throw new Error(`${what}: errno ${errno()}`);
  return result;
}

/** A writer that is sent when it is full; every message must be accepted. */
class Batch {
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
function linkHeader(writer: MessageWriter, index: number, up: boolean): void {
  const at = writer.reserve(16);
  writer.bytes.view.setInt32(at + 4, index, true);
  writer.bytes.view.setUint32(at + 8, up ? IFF_UP : 0, true);
  writer.bytes.view.setUint32(at + 12, up ? IFF_UP : 0, true);
}

function setUp(writer: MessageWriter, index: number, name?: string): void {
  writer.begin(RTM.newlink, NLM_F_ACK);
  linkHeader(writer, index, true);
  if (name !== undefined) writer.string(IFLA.ifname, name);
}

function bytesOf(address: string): Uint8Array {
  return Uint8Array.from(address.split('.').map(Number));
}

function addAddress(writer: MessageWriter, index: number, address: string): void {
  writer.begin(RTM.newaddr, NEW);
  const at = writer.reserve(8);
  writer.bytes.view.setUint8(at, 2);
  writer.bytes.view.setUint8(at + 1, 16);
  writer.bytes.view.setUint32(at + 4, index, true);
  writer.data(1, bytesOf(address));
  writer.data(2, bytesOf(address));
}

function addDefaultRoute(writer: MessageWriter, gateway: string): void {
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

function addBridge(writer: MessageWriter, bridge: number): void {
  writer.begin(RTM.newlink, NEW);
  linkHeader(writer, BRIDGE_INDEX + bridge, true);
  writer.string(IFLA.ifname, `b${bridge}`);
  writer.u32(IFLA.group, GROUP);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(1, 'bridge');
  writer.close(info);
}

function addVeth(writer: MessageWriter, node: number, bridge: number, netnsFd: number): void {
  writer.begin(RTM.newlink, NEW);
  linkHeader(writer, 0, true);
  writer.string(IFLA.ifname, `v${node}`);
  writer.u32(IFLA.group, GROUP);
  writer.u32(IFLA.master, BRIDGE_INDEX + bridge);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(1, 'veth');
  const data = writer.nest(2);
  const peer = writer.nest(1);
  // The peer's index is asked for too.
  linkHeader(writer, 2, false);
  writer.string(IFLA.ifname, 'eth0');
  writer.u32(IFLA.netNsFd, netnsFd);
  writer.close(peer);
  writer.close(data);
  writer.close(info);
}

function create(star: Star): void {
  mkdirSync(NETNS, { recursive: true });
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const host = new NetlinkSocket(0);
  const sockets: NetlinkSocket[] = [];
  const files: number[] = [];
  for (let node = 0; node < star.nodes; node++) {
    const path = `${NETNS}/f${node}`;
    closeSync(openSync(path, 'wx', 0o444));
    must(libc.unshare(CLONE_NEWNET), 'unshare');
    must(libc.mount('/proc/thread-self/ns/net', path, 'none', MS_BIND, null), 'mount');
    sockets.push(new NetlinkSocket(0));
    files.push(openSync('/proc/thread-self/ns/net', 'r'));
  }
  must(libc.setns(home, CLONE_NEWNET), 'setns');
  const batch = new Batch(host);
  for (let bridge = 0; bridge < star.bridges; bridge++) batch.add((writer) => addBridge(writer, bridge));
  for (let bridge = 0; bridge < star.bridges; bridge++)
    batch.add((writer) => addAddress(writer, BRIDGE_INDEX + bridge, `10.${60 + bridge}.0.1`));
  files.forEach((fd, node) => batch.add((writer) => addVeth(writer, node, node % star.bridges, fd)));
  batch.send();
  sockets.forEach((socket, node) => {
    const inside = new Batch(socket);
    inside.add((writer) => setUp(writer, 1));
    inside.add((writer) => setUp(writer, 2));
    inside.add((writer) => addAddress(writer, 2, addressOf(star, node)));
    inside.add((writer) => addDefaultRoute(writer, `10.${60 + (node % star.bridges)}.0.1`));
    inside.send();
  });
}

/** A group delete, then the names; waits until the kernel has announced the end of each namespace. */
function remove(): void {
  const names = readdirSync(NETNS).filter((name) => /^f\d+$/.test(name));
  const host = new NetlinkSocket(0);
  const ending = listen();
  const ids = new MessageWriter(128);
  for (const name of names) {
    const fd = openSync(`${NETNS}/${name}`, 'r');
    giveId(ids, fd);
    host.exchange(ids.bytes, ids.length);
    ids.clear();
    closeSync(fd);
  }
  const batch = new Batch(host);
  batch.add((writer) => {
    writer.begin(RTM.dellink, NLM_F_ACK);
    linkHeader(writer, 0, false);
    writer.u32(IFLA.group, GROUP);
  });
  batch.send();
  for (const name of names) {
    must(libc.umount2(`${NETNS}/${name}`, MNT_DETACH), 'umount');
    unlinkSync(`${NETNS}/${name}`);
  }
  waitFor(ending, names.length);
}

/** struct rtgenmsg, then NETNSA_NSID -1 (choose one) and NETNSA_FD. A namespace that has a number already refuses with EEXIST. */
function giveId(writer: MessageWriter, fd: number): void {
  writer.begin(88, NLM_F_ACK);
  writer.reserve(4);
  writer.u32(1, 0xffffffff);
  writer.u32(3, fd);
  writer.end();
}

function listen(): NetlinkSocket {
  const socket = new NetlinkSocket(0);
  const address = allocate(12);
  address.view.setUint16(0, 16, true);
  must(libc.bind(socket.fd, address.buffer, 12), 'bind');
  const group = allocate(4);
  group.view.setUint32(0, 28, true);
  must(libc.setsockopt(socket.fd, 270, 1, group.buffer, 4), 'membership');
  const size = allocate(4);
  size.view.setUint32(0, 16 * 1024 * 1024, true);
  if (libc.setsockopt(socket.fd, 1, 33, size.buffer, 4) < 0) libc.setsockopt(socket.fd, 1, 8, size.buffer, 4);
  return socket;
}

function waitFor(socket: NetlinkSocket, count: number): void {
  const buffer = allocate(64 * 1024);
  for (let gone = 0; gone < count;) {
    const size = must(libc.recv(socket.fd, buffer.buffer, buffer.buffer.length, 0), 'recv');
    for (let at = 0; at + 16 <= size; at += (buffer.view.getUint32(at, true) + 3) & ~3)
      if (buffer.view.getUint16(at + 4, true) === 89) gone++;
  }
}

const [what, nodes = '0', bridges = '1'] = process.argv.slice(2);
const star: Star = { nodes: Number(nodes), bridges: Number(bridges) };
const start = performance.now();
if (what === 'create') create(star);
else remove();
console.log(JSON.stringify({ milliseconds: performance.now() - start }));
