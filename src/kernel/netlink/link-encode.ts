/** RTM_NEWLINK and RTM_SETLINK as requests: what is written, the tables of link attributes say. */
import { LINK_ATTRIBUTES, type LinkAttribute } from '../../kinds/link-attributes.js';
import type { LinkAdd, LinkAttributes } from '../../model/operation.js';
import { macBytes } from './ip-text.js';
import { IFF_UP, IFLA, INFO, LINK_HEADER, RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK } from './links.js';
import { type MessageWriter, NLA_F_NESTED, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL } from './message.js';

const RTM_NEWLINKPROP = 108;
const RTM_DELLINKPROP = 109;
const VETH_INFO_PEER = 1;
/** ETH_MAX_MTU: no bridge has a larger one. */
const LARGEST_MTU = 65535;

const ROWS: ReadonlyMap<string, LinkAttribute> = new Map(LINK_ATTRIBUTES.map((row) => [row.name, row]));
/** What the creating message ignores, for all that it accepts it (seen on 6.18). */
const AFTERWARDS = new Set(['alias']);

export type LinkTarget = { readonly index: number } | { readonly name: string };
type Place = LinkAttribute['place'];
type Value = string | number | boolean;

function rowOf(name: string): LinkAttribute {
  const row = ROWS.get(name);
  if (row === undefined) throw new Error(`no such link attribute: ${name}`);
  return row;
}

function pick(attributes: LinkAttributes, place: Place): readonly (readonly [LinkAttribute, Value])[] {
  return Object.entries(attributes)
    .map(([name, value]) => [rowOf(name), value] as const)
    .filter(([row]) => row.place === place);
}

function without(attributes: LinkAttributes, names: ReadonlySet<string>): LinkAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.has(name)));
}

/** The header; flags only change if `up` is among the attributes. */
function header(writer: MessageWriter, target: LinkTarget, attributes: LinkAttributes): void {
  const at = writer.reserve(LINK_HEADER);
  const { view } = writer.bytes;
  const { up } = attributes;
  if ('index' in target) view.setInt32(at + 4, target.index, true);
  if (up !== undefined) {
    view.setUint32(at + 8, up === true ? IFF_UP : 0, true);
    view.setUint32(at + 12, IFF_UP, true);
  }
  if ('name' in target) writer.string(IFLA.ifname, target.name);
}

function encodeValue(writer: MessageWriter, row: LinkAttribute, value: Value, master: number): void {
  switch (row.encoding) {
    case 'u8':
    case 'bool8':
      return writer.u8(row.attribute, Number(value));
    case 'u16':
      return writer.u16(row.attribute, Number(value));
    case 'u32':
    case 'bool32':
      return writer.u32(row.attribute, Number(value));
    case 'mac':
      return writer.data(row.attribute, macBytes(String(value)));
    case 'string':
      return writer.string(row.attribute, String(value));
    case 'master':
      return writer.u32(row.attribute, master);
    case 'up':
      return;
  }
}

function encodeRows(writer: MessageWriter, attributes: LinkAttributes, place: Place, master = 0): void {
  for (const [row, value] of pick(attributes, place)) encodeValue(writer, row, value, master);
}

/**
 * Changes a link, in one or two messages: what `do_setlink` does together with the settings of a bridge or of a port, but
 * a port's settings apart from a new master, which the kernel looks at after them (`rtnl_changelink`). `master` is the
 * index of the master that the attributes name, 0 for none.
 */
export function encodeLinkSet(writer: MessageWriter, target: LinkTarget, attributes: LinkAttributes, master = 0): void {
  const info = INFOS.find((place) => pick(attributes, place).length > 0);
  if (info === 'bridge-port' && 'master' in attributes) {
    const port = new Set(pick(attributes, info).map(([row]) => row.name));
    encodeChange(writer, target, without(attributes, port), master);
    encodeChange(writer, target, Object.fromEntries(Object.entries(attributes).filter(([name]) => port.has(name))), 0, info);
  } else if (Object.keys(attributes).length > 0) encodeChange(writer, target, attributes, master, info);
}

const INFOS = ['bridge', 'bridge-port'] as const;

function encodeChange(
  writer: MessageWriter,
  target: LinkTarget,
  attributes: LinkAttributes,
  master: number,
  place?: (typeof INFOS)[number],
): void {
  writer.begin(place === undefined ? RTM_SETLINK : RTM_NEWLINK, NLM_F_ACK);
  header(writer, target, attributes);
  encodeRows(writer, attributes, 'link', master);
  if (place !== undefined) {
    const info = writer.nest(IFLA.linkinfo);
    writer.string(place === 'bridge' ? INFO.kind : INFO.slaveKind, 'bridge');
    const data = writer.nest(place === 'bridge' ? INFO.data : INFO.slaveData, NLA_F_NESTED);
    encodeRows(writer, attributes, place);
    writer.close(data);
    writer.close(info);
  }
  writer.end();
}

/**
 * Creates a link and marks it in the message behind, which must go in the same `send`: the kernel handles all of one
 * send before the process can be killed. IFLA_GROUP counts from the first moment.
 */
export function encodeBridgeAdd(writer: MessageWriter, { name, attributes }: LinkAdd): void {
  writer.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  header(writer, { name }, {});
  const { mtu } = attributes;
  encodeRows(
    writer,
    { ...without(attributes, new Set(['alias', 'up', 'master'])), ...(mtu === undefined ? {} : { mtu: otherMtu(Number(mtu)) }) },
    'link',
  );
  const info = writer.nest(IFLA.linkinfo);
  writer.string(INFO.kind, 'bridge');
  const data = writer.nest(INFO.data, NLA_F_NESTED);
  encodeRows(writer, attributes, 'bridge');
  writer.close(data);
  writer.close(info);
  writer.end();
  const later = Object.fromEntries(Object.entries(attributes).filter(([key]) => ['alias', 'up', 'mtu'].includes(key)));
  encodeLinkSet(writer, { name }, later);
}

/** A bridge follows its smallest port unless somebody changed its MTU (`br_change_mtu`); asking for the one it has is no change. */
function otherMtu(mtu: number): number {
  return mtu >= LARGEST_MTU ? mtu - 1 : mtu + 1;
}

export interface VethEnd {
  readonly name: string;
  readonly attributes: LinkAttributes;
  /** Index of the master, 0 for none. */
  readonly master: number;
}

/**
 * A veth pair from the namespace of its outer end. `peerNetns` is a file of the peer's namespace; null: the same one.
 * The peer cannot be set up in the creating message (ENOTCONN), nor get a master there. The kernel answers with the new
 * link (since 6.2), in which the peer's index stands too.
 */
export function encodeVethAdd(writer: MessageWriter, outer: VethEnd, peer: VethEnd, peerNetns: number | null): void {
  writer.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK | (peerNetns === null ? 0 : NLM_F_ECHO));
  header(writer, { name: outer.name }, outer.attributes['up'] === true ? { up: true } : {});
  encodeRows(writer, without(outer.attributes, AFTERWARDS), 'link', outer.master);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(INFO.kind, 'veth');
  const data = writer.nest(INFO.data, NLA_F_NESTED);
  const inner = writer.nest(VETH_INFO_PEER, NLA_F_NESTED);
  header(writer, { name: peer.name }, {});
  encodeRows(writer, without(peer.attributes, PEER_AFTERWARDS), 'link');
  if (peerNetns !== null) writer.u32(IFLA.netnsFd, peerNetns);
  writer.close(inner);
  writer.close(data);
  writer.close(info);
  writer.end();
  encodeLinkSet(writer, { name: outer.name }, without(outer.attributes, OUTER_AT_ONCE));
  if (peerNetns === null) encodeLinkSet(writer, { name: peer.name }, peerAfterwards(peer.attributes), peer.master);
}

const PEER_AFTERWARDS = new Set(['alias', 'master', 'up']);
const OUTER_AT_ONCE = new Set(LINK_ATTRIBUTES.filter((row) => row.place === 'link' && !AFTERWARDS.has(row.name)).map((row) => row.name));
const PEER_AT_ONCE = new Set([...OUTER_AT_ONCE].filter((name) => !PEER_AFTERWARDS.has(name)));

/** What is left to set of the peer once it exists. */
export function peerAfterwards(attributes: LinkAttributes): LinkAttributes {
  return without(attributes, PEER_AT_ONCE);
}

export function encodeLinkDelete(writer: MessageWriter, name: string): void {
  writer.begin(RTM_DELLINK, NLM_F_ACK);
  header(writer, { name }, {});
  writer.end();
}

/** All links of the group, whatever they are. */
export function encodeGroupDelete(writer: MessageWriter, group: number): void {
  writer.begin(RTM_DELLINK, NLM_F_ACK);
  header(writer, { index: 0 }, {});
  writer.u32(IFLA.group, group);
  writer.end();
}

export function encodeAltname(writer: MessageWriter, op: 'altname-add' | 'altname-delete', name: string, altname: string): void {
  const adds = op === 'altname-add';
  writer.begin(adds ? RTM_NEWLINKPROP : RTM_DELLINKPROP, (adds ? NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND : 0) | NLM_F_ACK);
  header(writer, { name }, {});
  const properties = writer.nest(IFLA.propList, NLA_F_NESTED);
  writer.string(IFLA.altname, altname);
  writer.close(properties);
  writer.end();
}
