/** RTM_NEWLINK and RTM_SETLINK as requests: what is written, the tables of link attributes say. */
import { LINK_ATTRIBUTES, type LinkAttribute, type LinkType, RARE_ATTRIBUTES } from '../../kinds/link-attributes.js';
import type { LinkAdd, LinkAttributes } from '../../model/operation.js';
import { addressBytes, macBytes } from './ip-text.js';
import { IFF_UP, IFLA, INFO, LINK_HEADER, RTM_DELLINK, RTM_NEWLINK, RTM_SETLINK } from './links.js';
import { macvlanMode } from './macvlan-mode.js';
import { type MessageWriter, NLA_F_NESTED, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL } from './message.js';

const RTM_NEWLINKPROP = 108;
const RTM_DELLINKPROP = 109;
const VETH_INFO_PEER = 1;
/** ETH_MAX_MTU: no bridge has a larger one. */
const LARGEST_MTU = 65535;

const ROWS: ReadonlyMap<string, LinkAttribute> = new Map(LINK_ATTRIBUTES.map((row) => [row.name, row]));
/** What the creating message ignores, for all that it accepts it (seen on 6.18), and what comes last. */
const AFTERWARDS = new Set(['alias', 'up', ...RARE_ATTRIBUTES.filter(({ place }) => place === 'link').map(({ name }) => name)]);

export type LinkTarget = { readonly index: number } | { readonly name: string };
type Place = LinkAttribute['place'];
type Value = string | number | boolean;
/** Of another link of the namespace, by its name. */
type IndexOf = (name: string) => number;

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

/** The header; flags only change if they are among the attributes. */
function header(writer: MessageWriter, target: LinkTarget, attributes: LinkAttributes): void {
  const at = writer.reserve(LINK_HEADER);
  const { view } = writer.bytes;
  let [flags, change] = [0, 0];
  for (const name in attributes) {
    const { encoding, mask = IFF_UP } = rowOf(name);
    if (encoding !== 'up' && encoding !== 'flag' && encoding !== 'no-flag') continue;
    change |= mask;
    if ((attributes[name] === true) !== (encoding === 'no-flag')) flags |= mask;
  }
  if ('index' in target) view.setInt32(at + 4, target.index, true);
  view.setUint32(at + 8, flags, true);
  view.setUint32(at + 12, change, true);
  if ('name' in target) writer.string(IFLA.ifname, target.name);
}

function encodeValue(writer: MessageWriter, row: LinkAttribute, value: Value, indexOf: IndexOf): void {
  switch (row.encoding) {
    case 'u8':
    case 'bool8':
      return writer.u8(row.attribute, Number(value));
    case 'u16':
      return writer.u16(row.attribute, Number(value));
    case 'be16':
      return writer.data(row.attribute, Uint8Array.of(Number(value) >> 8, Number(value) & 0xff));
    case 'u32':
    case 'bool32':
      return writer.u32(row.attribute, Number(value));
    case 'u64':
      return writer.u64(row.attribute, BigInt(value));
    case 'mac':
      return writer.data(row.attribute, macBytes(String(value)));
    case 'string':
      return writer.string(row.attribute, String(value));
    case 'ip': {
      const bytes = addressBytes(value === '' ? '0.0.0.0' : String(value));
      return writer.data(bytes.length === 4 ? row.attribute : (row.attribute6 ?? row.attribute), bytes);
    }
    case 'device':
      return writer.u32(row.attribute, value === '' ? 0 : indexOf(String(value)));
    case 'macvlan-mode':
      return writer.u32(row.attribute, macvlanMode(String(value)));
    case 'up':
    case 'flag':
    case 'no-flag':
      return;
  }
}

function encodeRows(writer: MessageWriter, attributes: LinkAttributes, place: Place, indexOf: IndexOf): void {
  for (const [row, value] of pick(attributes, place)) encodeValue(writer, row, value, indexOf);
}

/**
 * Changes a link, in one to three messages: what `do_setlink` does together with the settings of its type or of a port, but
 * a port's settings apart from those and from a new master, which the kernel looks at after them (`rtnl_changelink`).
 * It is set up behind all others: of a link that is up the kernel announces each change (`netif_state_change`), and while
 * there is no carrier, IPv6 walks through all routes of the namespace for that.
 */
export function encodeLinkSet(writer: MessageWriter, target: LinkTarget, attributes: LinkAttributes, indexOf: IndexOf): void {
  if (attributes['up'] === true && Object.keys(attributes).length > 1) {
    encodeLinkSet(writer, target, without(attributes, UP), indexOf);
    encodeLinkSet(writer, target, { up: true }, indexOf);
    return;
  }
  const type = TYPES.find((place) => pick(attributes, place).length > 0);
  const port = new Set(pick(attributes, 'bridge-port').map(([row]) => row.name));
  if (type === 'vxlan' && 'mtu' in attributes) {
    // Not in one message (`vxlan_nl2conf`), and a new `dev` may have changed it.
    const tunnel = new Set(pick(attributes, type).map(([row]) => row.name));
    encodeChange(writer, target, only(attributes, tunnel), indexOf, type);
    encodeLinkSet(writer, target, without(attributes, tunnel), indexOf);
    return;
  }
  if (port.size > 0 && (type !== undefined || 'master' in attributes)) {
    encodeChange(writer, target, without(attributes, port), indexOf, type);
    encodeChange(writer, target, only(attributes, port), indexOf, 'bridge-port');
  } else if (port.size > 0) encodeChange(writer, target, attributes, indexOf, 'bridge-port');
  else if (Object.keys(attributes).length > 0) encodeChange(writer, target, attributes, indexOf, type);
}

/** Another name for the link with that index. */
export function encodeLinkRename(writer: MessageWriter, index: number, to: string): void {
  writer.begin(RTM_SETLINK, NLM_F_ACK);
  header(writer, { index }, {});
  writer.string(IFLA.ifname, to);
  writer.end();
}

const TYPES: readonly LinkType[] = ['bridge', 'vxlan', 'macvlan'];
const UP = new Set(['up']);

function only(attributes: LinkAttributes, names: ReadonlySet<string>): LinkAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.has(name)));
}

function encodeChange(
  writer: MessageWriter,
  target: LinkTarget,
  attributes: LinkAttributes,
  indexOf: IndexOf,
  place?: LinkType | 'bridge-port',
): void {
  writer.begin(place === undefined ? RTM_SETLINK : RTM_NEWLINK, NLM_F_ACK);
  header(writer, target, attributes);
  encodeRows(writer, attributes, 'link', indexOf);
  if (place !== undefined) {
    const info = writer.nest(IFLA.linkinfo);
    if (place === 'bridge-port') writer.string(INFO.slaveKind, 'bridge');
    else writer.string(INFO.kind, place);
    const data = writer.nest(place === 'bridge-port' ? INFO.slaveData : INFO.data, NLA_F_NESTED);
    encodeRows(writer, attributes, place, indexOf);
    writer.close(data);
    writer.close(info);
  }
  writer.end();
}

/**
 * Creates a link and marks it in the message behind, which must go in the same `send`: the kernel handles all of one
 * send before the process can be killed. IFLA_GROUP counts from the first moment.
 */
export function encodeBridgeAdd(writer: MessageWriter, { name, attributes }: LinkAdd, indexOf: IndexOf): void {
  const { mtu } = attributes;
  encodeNew(
    writer,
    name,
    'bridge',
    { ...without(attributes, NOT_OF_A_BRIDGE), ...(mtu === undefined ? {} : { mtu: otherMtu(Number(mtu)) }) },
    indexOf,
  );
  encodeLinkSet(writer, { name }, only(attributes, LATER_OF_A_BRIDGE), indexOf);
}

const NOT_OF_A_BRIDGE = new Set([...AFTERWARDS, 'master']);
const LATER_OF_A_BRIDGE = new Set([...AFTERWARDS, 'mtu']);

/** In the same way; it comes up when it is a port of its bridge. */
export function encodeVxlanAdd(writer: MessageWriter, { name, attributes }: LinkAdd, indexOf: IndexOf): void {
  encodeNew(writer, name, 'vxlan', without(attributes, NOT_OF_A_BRIDGE), indexOf);
  const later = new Set([...NOT_OF_A_BRIDGE, ...pick(attributes, 'bridge-port').map(([row]) => row.name)]);
  encodeLinkSet(writer, { name }, only(attributes, later), indexOf);
}

export interface Parent {
  readonly index: number;
  /** The number of its namespace; -1: the same one. */
  readonly nsid: number;
}

/** A macvlan, from its own namespace: its name has to be free there, and nowhere else. */
export function encodeMacvlanAdd(
  writer: MessageWriter,
  { name, attributes }: Pick<LinkAdd, 'name' | 'attributes'>,
  parent: Parent,
  indexOf: IndexOf,
): void {
  encodeNew(writer, name, 'macvlan', without(attributes, NOT_OF_A_BRIDGE), indexOf, parent);
  encodeLinkSet(writer, { name }, only(attributes, NOT_OF_A_BRIDGE), indexOf);
}

function encodeNew(
  writer: MessageWriter,
  name: string,
  type: LinkType,
  attributes: LinkAttributes,
  indexOf: IndexOf,
  parent?: Parent,
): void {
  writer.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  header(writer, { name }, {});
  if (parent !== undefined) writer.u32(IFLA.link, parent.index);
  if (parent !== undefined && parent.nsid >= 0) writer.u32(IFLA.linkNetnsid, parent.nsid);
  encodeRows(writer, attributes, 'link', indexOf);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(INFO.kind, type);
  const data = writer.nest(INFO.data, NLA_F_NESTED);
  encodeRows(writer, attributes, type, indexOf);
  writer.close(data);
  writer.close(info);
  writer.end();
}

/** A bridge follows its smallest port unless somebody changed its MTU (`br_change_mtu`); asking for the one it has is no change. */
function otherMtu(mtu: number): number {
  return mtu >= LARGEST_MTU ? mtu - 1 : mtu + 1;
}

export interface VethEnd {
  readonly name: string;
  readonly attributes: LinkAttributes;
}

/**
 * A veth pair from the namespace of its outer end. `peerNetns` is a file of the peer's namespace; null: the same one.
 * The peer cannot be set up in the creating message (ENOTCONN), nor get a master there. The kernel answers with the new
 * link (since 6.2), in which the peer's index stands too.
 */
export function encodeVethAdd(writer: MessageWriter, outer: VethEnd, peer: VethEnd, peerNetns: number | null, indexOf: IndexOf): void {
  writer.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK | (peerNetns === null ? 0 : NLM_F_ECHO));
  header(writer, { name: outer.name }, {});
  encodeRows(writer, without(outer.attributes, AFTERWARDS), 'link', indexOf);
  const info = writer.nest(IFLA.linkinfo);
  writer.string(INFO.kind, 'veth');
  const data = writer.nest(INFO.data, NLA_F_NESTED);
  const inner = writer.nest(VETH_INFO_PEER, NLA_F_NESTED);
  header(writer, { name: peer.name }, {});
  encodeRows(writer, without(peer.attributes, PEER_AFTERWARDS), 'link', indexOf);
  if (peerNetns !== null) writer.u32(IFLA.netnsFd, peerNetns);
  writer.close(inner);
  writer.close(data);
  writer.close(info);
  writer.end();
  encodeLinkSet(writer, { name: outer.name }, without(outer.attributes, OUTER_AT_ONCE), indexOf);
  if (peerNetns === null) encodeLinkSet(writer, { name: peer.name }, peerAfterwards(peer.attributes), indexOf);
}

const PEER_AFTERWARDS = new Set([...AFTERWARDS, 'master']);
const AT_ONCE = LINK_ATTRIBUTES.filter((row) => row.place === 'link').map((row) => row.name);
const OUTER_AT_ONCE = new Set(AT_ONCE.filter((name) => !AFTERWARDS.has(name)));
const PEER_AT_ONCE = new Set(AT_ONCE.filter((name) => !PEER_AFTERWARDS.has(name)));

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
