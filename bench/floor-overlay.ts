/**
 * The floor of a vxlan network over hosts: namespaces of hosts and nodes, bridges, tunnels, rules for what leaves the networks and comes to them,
 * and what each host knows of the others' nodes.
 */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { libc } from '../src/kernel/netlink/libc.js';
import type { MessageWriter } from '../src/kernel/netlink/message.js';
import { bytesOf as bytesIn } from '../src/kernel/netlink/message.js';
import { encodeReplace } from '../src/kernel/netlink/nft/transaction.js';
import { NETLINK_NETFILTER, NetlinkSocket } from '../src/kernel/netlink/socket.js';
import type { NftTable } from '../src/model/operation.js';
import {
  addAddress,
  addBridge,
  addDefaultRoute,
  addNetns,
  addVeth,
  Batch,
  bytesOf,
  CLONE_NEWNET,
  IFLA,
  linkHeader,
  must,
  NETNS,
  NEW,
  RTM,
  setUp,
  type RawNetns,
} from './raw.js';
import { GROUP } from './star.js';

const LAN = 1000;
const BRIDGE = 1001;
const TUNNEL = 1002;
const VNI = 42;
const MTU = 1450;
const NUD_PERMANENT = 0x80;
const NTF_SELF = 2;

const hostAddress = (host: number): string => `192.168.50.${host + 10}`;
const nodeAddress = (node: number): string => `10.32.${(node + 2) >> 8}.${(node + 2) & 255}`;
const nodeMac = (node: number): Uint8Array => Uint8Array.of(2, 0, 0, 1, node >> 8, node & 255);

function addTunnel(writer: MessageWriter, local: string): void {
  writer.begin(RTM.newlink, NEW);
  linkHeader(writer, TUNNEL, true);
  writer.string(IFLA.ifname, 'vx');
  writer.u32(IFLA.group, GROUP);
  writer.u32(IFLA.master, BRIDGE);
  writer.u32(IFLA.mtu, MTU);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(1, 'vxlan');
  const data = writer.nest(2);
  writer.u32(1, VNI);
  writer.u32(3, 2);
  writer.data(4, bytesOf(local));
  writer.data(7, Uint8Array.of(0));
  writer.data(11, Uint8Array.of(1));
  writer.data(15, Uint8Array.of(4789 >> 8, 4789 & 255));
  writer.close(data);
  writer.close(info);
}

/** struct ndmsg, NDA_DST, NDA_LLADDR: of the bridge's family an entry of the forwarding table, of IPv4 a neighbour. */
function addEntry(writer: MessageWriter, family: number, dst: string, mac: Uint8Array): void {
  writer.begin(RTM.newneigh, NEW);
  const at = writer.reserve(12);
  writer.bytes.view.setUint8(at, family);
  writer.bytes.view.setInt32(at + 4, TUNNEL, true);
  writer.bytes.view.setUint16(at + 8, NUD_PERMANENT, true);
  writer.bytes.view.setUint8(at + 10, family === 7 ? NTF_SELF : 0);
  writer.data(1, bytesOf(dst));
  writer.data(2, mac);
}

/** As `topo` makes it for a network without published ports. */
function rules(bridge: string, subnet: string): NftTable {
  const comment = '';
  const is = { negate: false } as const;
  return {
    name: 'floor',
    comment,
    maps: [
      { name: 'forward-to', elements: [{ interface: bridge, chain: 'to' }] },
      { name: 'postrouting-from', elements: [{ interface: bridge, chain: 'from' }] },
    ],
    chains: [
      {
        name: 'forward',
        hook: { type: 'filter', hook: 'forward', priority: 0 },
        rules: [{ matches: [], verdict: { verdict: 'vmap', key: 'oifname', map: 'forward-to' }, comment }],
      },
      {
        name: 'to',
        rules: [
          { matches: [{ match: 'ct-state-established-related' }], verdict: { verdict: 'accept' }, comment },
          { matches: [{ match: 'iifname', name: bridge, ...is }], verdict: { verdict: 'accept' }, comment },
          { matches: [{ match: 'ct-status-dnat' }], verdict: { verdict: 'accept' }, comment },
          { matches: [], verdict: { verdict: 'drop' }, comment },
        ],
      },
      {
        name: 'postrouting',
        hook: { type: 'nat', hook: 'postrouting', priority: 100 },
        rules: [{ matches: [], verdict: { verdict: 'vmap', key: 'iifname', map: 'postrouting-from' }, comment }],
      },
      {
        name: 'from',
        rules: [
          {
            matches: [
              { match: 'saddr', prefix: subnet, ...is },
              { match: 'oifname', name: bridge, negate: true },
              { match: 'daddr', prefix: '224.0.0.0/4', negate: true },
            ],
            verdict: { verdict: 'masquerade', family: 4 },
            comment,
          },
        ],
      },
    ],
  };
}

/** Where the thread stands: rules, and what it takes for packets to be sent on. */
function route(bridge: string, subnet: string): void {
  const socket = new NetlinkSocket(NETLINK_NETFILTER);
  const { messages } = encodeReplace(rules(bridge, subnet), true);
  const refused = socket.exchange(bytesIn(messages), messages.length).find(({ errno }) => errno !== 0);
  if (refused !== undefined) throw new Error(`refused: errno ${refused.errno} ${refused.sentence}`);
  socket.close();
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
}

export function createOverlay(hosts: number, perHost: number): void {
  mkdirSync(NETNS, { recursive: true });
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const root = new Batch(new NetlinkSocket(0));
  const machines = Array.from({ length: hosts }, (_, host) => addNetns(`f${host}`));
  const nodes = Array.from({ length: hosts * perHost }, (_, node) => addNetns(`f${hosts + node}`));
  must(libc.setns(home, CLONE_NEWNET), 'setns');
  root.add((writer) => addBridge(writer, { index: LAN, name: 'lan' }));
  root.add((writer) => addAddress(writer, LAN, '192.168.50.1'));
  machines.forEach(({ fd }, host) => root.add((writer) => addVeth(writer, { name: `v${host}`, master: LAN, netnsFd: fd })));
  root.send();
  route('lan', '192.168.50.0/24');
  machines.forEach((machine, host) => {
    must(libc.setns(machine.fd, CLONE_NEWNET), 'setns');
    route('br', '10.32.0.0/16');
    fillHost(machine, host, hosts, nodes);
  });
  must(libc.setns(home, CLONE_NEWNET), 'setns');
  closeSync(home);
  nodes.forEach(({ socket }, node) => {
    const inside = new Batch(socket);
    inside.add((writer) => setUp(writer, 1));
    inside.add((writer) => setUp(writer, 2));
    inside.add((writer) => addAddress(writer, 2, nodeAddress(node)));
    inside.add((writer) => addDefaultRoute(writer, '10.32.0.1'));
    inside.send();
  });
}

function fillHost({ socket }: RawNetns, host: number, hosts: number, nodes: readonly RawNetns[]): void {
  const batch = new Batch(socket);
  batch.add((writer) => setUp(writer, 1));
  batch.add((writer) => setUp(writer, 2));
  batch.add((writer) => addAddress(writer, 2, hostAddress(host)));
  batch.add((writer) => addBridge(writer, { index: BRIDGE, name: 'br', mtu: MTU }));
  batch.add((writer) => addAddress(writer, BRIDGE, '10.32.0.1'));
  batch.add((writer) => addTunnel(writer, hostAddress(host)));
  nodes.forEach(({ fd }, node) => {
    const where = node % hosts;
    const mac = nodeMac(node);
    if (where === host) {
      batch.add((writer) => addVeth(writer, { name: `v${node}`, master: BRIDGE, netnsFd: fd, mtu: MTU, mac }));
      return;
    }
    batch.add((writer) => addEntry(writer, 7, hostAddress(where), mac));
    batch.add((writer) => addEntry(writer, 2, nodeAddress(node), mac));
  });
  batch.send();
}
