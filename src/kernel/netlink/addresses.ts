/** RTM_NEWADDR (`if_addr.h`): observation and operations. */
import type { AddressObservation } from '../../model/observation.js';
import type { AddressOperation } from '../../model/operation.js';
import { addressBytes, addressText, AF_INET, AF_UNSPEC, cidrBytes, familyNumber } from './ip-text.js';
import {
  attributeType,
  type Bytes,
  type MessageWriter,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  nextAttribute,
} from './message.js';
import { scopeName, scopeNumber } from './scopes.js';

const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;

const IFA = { address: 1, local: 2, broadcast: 4, flags: 8, metric: 9, protocol: 11 } as const;
const IFA_F_NODAD = 0x02;
const IFA_F_PERMANENT = 0x80;
const IFA_F_NOPREFIXROUTE = 0x200;

/** struct ifaddrmsg */
const HEADER = 8;

export function requestAddresses(writer: MessageWriter): void {
  writer.begin(RTM_GETADDR, NLM_F_DUMP);
  writer.bytes.view.setUint8(writer.reserve(HEADER), AF_UNSPEC);
  writer.end();
}

export function decodeAddress(bytes: Bytes, start: number, end: number, nameOf: (index: number) => string): AddressObservation {
  const { view } = bytes;
  const family = view.getUint8(start);
  const prefix = view.getUint8(start + 1);
  let flags = view.getUint8(start + 2);
  let [address, local, broadcast, metric, protocol] = [0, 0, 0, 0, 0];
  for (let at = start + HEADER; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === IFA.address) address = at + 4;
    else if (type === IFA.local) local = at + 4;
    else if (type === IFA.broadcast) broadcast = at + 4;
    else if (type === IFA.flags) flags = view.getUint32(at + 4, true);
    else if (type === IFA.metric) metric = view.getUint32(at + 4, true);
    else if (type === IFA.protocol) protocol = view.getUint8(at + 4);
  }
  // IFA_ADDRESS is the other end's where IFA_LOCAL differs; IPv6 leaves IFA_LOCAL out unless there is another end.
  const text = addressText(view, local === 0 ? address : local, family);
  const other = local === 0 || address === 0 ? text : addressText(view, address, family);
  return {
    dev: nameOf(view.getUint32(start + 4, true)),
    address: `${text}/${prefix}`,
    scope: scopeName(view.getUint8(start + 3)),
    broadcast: broadcast === 0 ? '' : addressText(view, broadcast, family),
    nodad: (flags & IFA_F_NODAD) !== 0,
    permanent: (flags & IFA_F_PERMANENT) !== 0,
    noprefixroute: (flags & IFA_F_NOPREFIXROUTE) !== 0,
    metric,
    protocol,
    peer: other === text ? '' : other,
  };
}

const FLAGS = { 'address-add': NLM_F_CREATE | NLM_F_EXCL, 'address-replace': NLM_F_CREATE | NLM_F_REPLACE, 'address-delete': 0 } as const;

export function encodeAddress(writer: MessageWriter, operation: AddressOperation, index: number): void {
  const family = familyNumber(operation.address);
  const { bytes, prefix } = cidrBytes(operation.address);
  writer.begin(operation.op === 'address-delete' ? RTM_DELADDR : RTM_NEWADDR, FLAGS[operation.op] | NLM_F_ACK);
  const header = writer.reserve(HEADER);
  const { view } = writer.bytes;
  view.setUint8(header, family);
  view.setUint8(header + 1, prefix);
  view.setUint8(header + 3, scopeNumber(operation.scope));
  view.setUint32(header + 4, index, true);
  writer.data(IFA.local, bytes);
  writer.data(IFA.address, operation.peer === undefined ? bytes : addressBytes(operation.peer));
  if (operation.op !== 'address-delete') {
    if (operation.broadcast !== '' && family === AF_INET) writer.data(IFA.broadcast, addressBytes(operation.broadcast));
    const flags = (operation.nodad ? IFA_F_NODAD : 0) | (operation.noprefixroute === true ? IFA_F_NOPREFIXROUTE : 0);
    if (flags !== 0) writer.u32(IFA.flags, flags);
    if (operation.metric !== undefined) writer.u32(IFA.metric, operation.metric);
  }
  writer.end();
}
