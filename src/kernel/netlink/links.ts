/** RTM_NEWLINK as observation (`if_link.h`); which attributes are read, the tables of link attributes say. */
import {
  BRIDGE_ATTRIBUTES,
  BRIDGE_PORT_ATTRIBUTES,
  COMMON_ATTRIBUTES,
  type LinkAttribute,
  MACVLAN_ATTRIBUTES,
  VXLAN_ATTRIBUTES,
  RARE_ATTRIBUTES,
} from '../../kinds/link-attributes.js';
import type { LinkObservation } from '../../model/observation.js';
import { addressText, AF_INET, AF_INET6, macText } from './ip-text.js';
import { decodeSettings, DISABLE_IPV6, isIpv6Ready, NO_SETTINGS } from './link-settings.js';
import { macvlanModeName } from './macvlan-mode.js';
import {
  attributeEnd,
  attributeString,
  attributeType,
  type Bytes,
  type MessageWriter,
  NLM_F_ACK,
  NLM_F_DUMP,
  nextAttribute,
} from './message.js';

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;

export const IFLA = {
  address: 1,
  ifname: 3,
  mtu: 4,
  link: 5,
  qdisc: 6,
  master: 10,
  operState: 16,
  linkinfo: 18,
  afSpec: 26,
  netnsFd: 28,
  alias: 20,
  group: 27,
  linkNetnsid: 37,
  propList: 52,
  altname: 53,
} as const;
export const INFO = { kind: 1, data: 2, slaveKind: 4, slaveData: 5 } as const;
const IFLA_EXT_MASK = 29;
/** Counters are most of a dump, and nobody reads them. */
const RTEXT_FILTER_SKIP_STATS = 8;

export const IFF_UP = 1;
/** struct ifinfomsg */
export const LINK_HEADER = 16;

type Attributes = { [name: string]: string | number | boolean };
type Rows = readonly (LinkAttribute | undefined)[];

/** Rows by attribute number. */
const byNumber = (rows: readonly LinkAttribute[]): Rows => {
  const table: (LinkAttribute | undefined)[] = [];
  for (const row of rows) {
    if (row.attribute !== 0) table[row.attribute] = row;
    if (row.attribute6 !== undefined) table[row.attribute6] = row;
  }
  return table;
};
const rareOf = (place: LinkAttribute['place']): readonly LinkAttribute[] => RARE_ATTRIBUTES.filter((row) => row.place === place);
const COMMON = byNumber([...COMMON_ATTRIBUTES.filter((row) => row.encoding !== 'device'), ...rareOf('link')]);
const FLAGS = rareOf('link').filter(({ mask }) => mask !== undefined);
const RARE: ReadonlySet<LinkAttribute> = new Set(RARE_ATTRIBUTES);
/** By type; an attribute that the kernel leaves out is as it is without one. */
const TYPES: ReadonlyMap<string, { readonly rows: Rows; readonly unsaid: Attributes }> = new Map([
  ['bridge', { rows: byNumber([...BRIDGE_ATTRIBUTES, ...rareOf('bridge')]), unsaid: {} }],
  ['vxlan', { rows: byNumber(VXLAN_ATTRIBUTES), unsaid: { local: '', dev: 0 } }],
  ['macvlan', { rows: byNumber(MACVLAN_ATTRIBUTES), unsaid: {} }],
]);
const PORT = byNumber([...BRIDGE_PORT_ATTRIBUTES, ...rareOf('bridge-port')]);

/** Asks for all links. */
export function requestLinks(writer: MessageWriter): void {
  writer.begin(RTM_GETLINK, NLM_F_DUMP);
  writer.reserve(LINK_HEADER);
  writer.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  writer.end();
}

/** Asks for one link by name: the answer's index is what matters. */
export function requestLinkNamed(writer: MessageWriter, name: string): void {
  writer.begin(RTM_GETLINK, NLM_F_ACK);
  writer.reserve(LINK_HEADER);
  writer.string(IFLA.ifname, name);
  writer.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  writer.end();
}

/** The index of the other end, in the namespace where that is; 0: no other end. */
export const peerIndex = (bytes: Bytes, start: number, end: number): number => numberOf(IFLA.link, 0, bytes, start, end);

/** The number of the namespace where the other end is; -1: the link's own, or no other end. */
export const linkNetnsId = (bytes: Bytes, start: number, end: number): number => numberOf(IFLA.linkNetnsid, -1, bytes, start, end);

/** The number that a group of links goes by, unsigned. */
export const linkGroup = (bytes: Bytes, start: number, end: number): number => numberOf(IFLA.group, 0, bytes, start, end) >>> 0;

export function linkName(bytes: Bytes, start: number, end: number): string {
  for (let at = start + LINK_HEADER; at < end; at = nextAttribute(bytes.view, at))
    if (attributeType(bytes.view, at) === IFLA.ifname) return attributeString(bytes, at);
  return '';
}

function numberOf(attribute: number, fallback: number, bytes: Bytes, start: number, end: number): number {
  for (let at = start + LINK_HEADER; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === attribute) return bytes.view.getInt32(at + 4, true);
  }
  return fallback;
}

export function linkIndex(bytes: Bytes, start: number): number {
  return bytes.view.getInt32(start + 4, true);
}

/** What tells where the other end of a link is. */
export interface FarLink {
  readonly index: number;
  /** As `linkNetnsId` gives it. */
  readonly nsid: number;
}

export function farLink(bytes: Bytes, start: number, end: number): FarLink {
  return { index: linkIndex(bytes, start), nsid: linkNetnsId(bytes, start, end) };
}

/** A link whose attributes `master` and `dev` are still indexes (0: none), to be named when all links are known. */
export interface DecodedLink extends LinkObservation {
  /** IFF_*. */
  readonly flags: number;
  /** IF_OPER_*. */
  readonly operState: number;
  /** IPv6 has acted on it as on a link that works. */
  readonly ipv6Ready: boolean;
  /** Type of the root qdisc. */
  readonly qdisc: string;
  /** The number of the namespace that `link` is an index of; -1: the link's own. */
  readonly linkNetnsId: number;
  readonly attributes: Attributes;
}

export function decodeLink(bytes: Bytes, start: number, end: number): DecodedLink {
  const { view } = bytes;
  const link = {
    index: view.getInt32(start + 4, true),
    flags: view.getUint32(start + 8, true),
    operState: 0,
    name: '',
    type: '',
    qdisc: '',
    alias: '',
    group: 0,
    altnames: [] as string[],
    link: 0,
    linkNetnsId: -1,
    ipv6Disabled: false,
    ipv6Ready: false,
    settings: NO_SETTINGS,
    attributes: {} as Attributes,
  };
  link.attributes['master'] = 0;
  link.attributes['up'] = (link.flags & IFF_UP) !== 0;
  for (const row of FLAGS) {
    const value = ((link.flags & (row.mask ?? 0)) !== 0) !== (row.encoding === 'no-flag');
    if (value !== row.default) link.attributes[row.name] = value;
  }
  for (let at = start + LINK_HEADER; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    const row = COMMON[type];
    if (row !== undefined) decodeRow(row, bytes, at, link.attributes);
    else if (type === IFLA.ifname) link.name = attributeString(bytes, at);
    else if (type === IFLA.qdisc) link.qdisc = attributeString(bytes, at);
    else if (type === IFLA.link) link.link = view.getInt32(at + 4, true);
    else if (type === IFLA.linkNetnsid) link.linkNetnsId = view.getInt32(at + 4, true);
    else if (type === IFLA.master) link.attributes['master'] = view.getUint32(at + 4, true);
    else if (type === IFLA.operState) link.operState = view.getUint8(at + 4);
    else if (type === IFLA.linkinfo) link.type = decodeInfo(bytes, at, link.attributes);
    else if (type === IFLA.afSpec) {
      link.settings = decodeSettings(bytes, at);
      link.ipv6Ready = isIpv6Ready(bytes, at);
      link.ipv6Disabled = (link.settings.ipv6?.[DISABLE_IPV6] ?? 0) !== 0;
    } else if (type === IFLA.propList) decodeAltnames(bytes, at, link.altnames);
  }
  link.alias = stringOr(link.attributes['alias'], '');
  link.attributes['alias'] = link.alias;
  link.group = typeof link.attributes['group'] === 'number' ? link.attributes['group'] : 0;
  return link;
}

const stringOr = (value: string | number | boolean | undefined, fallback: string): string => (typeof value === 'string' ? value : fallback);

function decodeAltnames(bytes: Bytes, outer: number, altnames: string[]): void {
  const end = attributeEnd(bytes.view, outer);
  for (let at = outer + 4; at < end; at = nextAttribute(bytes.view, at)) {
    if (attributeType(bytes.view, at) === IFLA.altname) altnames.push(attributeString(bytes, at));
  }
}

/** Gives the type. The kernel writes kinds before data (`rtnl_link_fill`). */
function decodeInfo(bytes: Bytes, outer: number, attributes: Attributes): string {
  const { view } = bytes;
  const end = attributeEnd(view, outer);
  let kind = '';
  let port = false;
  for (let at = outer + 4; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === INFO.kind) kind = attributeString(bytes, at);
    else if (type === INFO.slaveKind) port = attributeString(bytes, at) === 'bridge';
    else if (type === INFO.data) {
      const own = TYPES.get(kind);
      if (own === undefined) continue;
      Object.assign(attributes, own.unsaid);
      decodeRows(own.rows, bytes, at, attributes);
    }
    if (type === INFO.slaveData && port) decodeRows(PORT, bytes, at, attributes);
  }
  return kind;
}

function decodeRows(rows: Rows, bytes: Bytes, outer: number, attributes: Attributes): void {
  const end = attributeEnd(bytes.view, outer);
  for (let at = outer + 4; at < end; at = nextAttribute(bytes.view, at)) {
    const row = rows[attributeType(bytes.view, at)];
    if (row !== undefined) decodeRow(row, bytes, at, attributes);
  }
}

/** What is as it always is says nothing where hardly anybody changes it. */
function decodeRow(row: LinkAttribute, bytes: Bytes, at: number, attributes: Attributes): void {
  const value = decodeValue(row, bytes, at);
  if (value !== row.default || !RARE.has(row)) attributes[row.name] = value;
}

function decodeValue(row: LinkAttribute, bytes: Bytes, at: number): string | number | boolean {
  const { view } = bytes;
  switch (row.encoding) {
    case 'u8':
      return view.getUint8(at + 4);
    case 'u16':
      return view.getUint16(at + 4, true);
    case 'be16':
      return view.getUint16(at + 4, false);
    case 'u32':
    case 'device':
      return view.getUint32(at + 4, true);
    case 'u64':
      return Number(view.getBigUint64(at + 4, true));
    case 'bool8':
      return view.getUint8(at + 4) !== 0;
    case 'bool32':
      return view.getUint32(at + 4, true) !== 0;
    case 'mac':
      return macText(view, at + 4, attributeEnd(view, at));
    case 'ip':
      return addressText(view, at + 4, attributeType(view, at) === row.attribute6 ? AF_INET6 : AF_INET);
    case 'macvlan-mode':
      return macvlanModeName(view.getUint32(at + 4, true));
    case 'string':
      return attributeString(bytes, at);
    case 'up':
    case 'flag':
    case 'no-flag':
      return false;
  }
}
