/**
 * The floor: the same objects by raw netlink from Node and nothing else: no file, no plan, no marks, no settings, no
 * look at what is there or at what came of it. `floor.ts create|delete NODES BRIDGES` or `floor.ts overlay HOSTS NODES`;
 * prints milliseconds as JSON.
 */
import { closeSync, mkdirSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { libc } from '../src/kernel/netlink/libc.js';
import { allocate, MessageWriter, NLM_F_ACK } from '../src/kernel/netlink/message.js';
import { NetlinkSocket } from '../src/kernel/netlink/socket.js';
import { createOverlay } from './floor-overlay.js';
import {
  addAddress,
  addBridge,
  addDefaultRoute,
  addNetns,
  addVeth,
  Batch,
  CLONE_NEWNET,
  IFLA,
  linkHeader,
  must,
  NETNS,
  RTM,
  setUp,
} from './raw.js';
import { addressOf, GROUP, type Star } from './star.js';

const MNT_DETACH = 2;
/** Asked for, so that nothing has to be looked up. */
const BRIDGE_INDEX = 1000;

function create(star: Star): void {
  mkdirSync(NETNS, { recursive: true });
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const host = new NetlinkSocket(0);
  const spaces = Array.from({ length: star.nodes }, (_, node) => addNetns(`f${node}`));
  must(libc.setns(home, CLONE_NEWNET), 'setns');
  const batch = new Batch(host);
  for (let bridge = 0; bridge < star.bridges; bridge++)
    batch.add((writer) => addBridge(writer, { index: BRIDGE_INDEX + bridge, name: `b${bridge}` }));
  for (let bridge = 0; bridge < star.bridges; bridge++)
    batch.add((writer) => addAddress(writer, BRIDGE_INDEX + bridge, `10.${60 + bridge}.0.1`));
  spaces.forEach(({ fd: netnsFd }, node) =>
    batch.add((writer) => addVeth(writer, { name: `v${node}`, master: BRIDGE_INDEX + (node % star.bridges), netnsFd })),
  );
  batch.send();
  spaces.forEach(({ socket }, node) => {
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
else if (what === 'overlay') createOverlay(Number(nodes), Number(bridges));
else remove();
console.log(JSON.stringify({ milliseconds: performance.now() - start }));
