/** RTM_NEWQDISC (`pkt_sched.h`, `net/sched/sch_tbf.c`): root qdiscs of interfaces. */
import type { QdiscObservation, QdiscOperation } from '../../model/qdisc.js';
import { rateBits } from '../../model/rate.js';
import { dump } from './dump.js';
import type { DecodedLink } from './links.js';
import {
  attributeEnd,
  attributeString,
  attributeType,
  type Bytes,
  MessageWriter,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  nextAttribute,
} from './message.js';
import type { NetlinkSocket } from './socket.js';

const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_GETQDISC = 38;

/** struct tcmsg: family, padding, interface, handle, parent, info. */
const HEADER = 20;
const TC_H_ROOT = 0xffffffff;
const TCA = { kind: 1, options: 2 } as const;
const TBF = { parms: 1, rate64: 4, burst: 6 } as const;
/** struct tc_tbf_qopt: two struct tc_ratespec of 12 bytes, then limit, buffer, mtu. */
const QOPT = 36;
const PEAK = 12;
const LIMIT = 24;
const BUFFER = 28;
/** Within struct tc_ratespec: cell_log, linklayer, overhead, cell_align, mpu, rate. */
const SPEC = { linklayer: 1, overhead: 2, mpu: 6, rate: 8 } as const;
const TC_LINKLAYER_ETHERNET = 1;
const UINT32_MAX = 0xffffffff;

/** What a virtual interface has unless somebody gives it another one; `noop` until it is up. */
const PLAIN = new Set(['', 'noqueue', 'noop']);

export const hasQdisc = ({ type, qdisc }: DecodedLink): boolean => type !== '' && !PLAIN.has(qdisc);

/** Of the links that have one of somebody's. */
export function readQdiscs(socket: NetlinkSocket, links: readonly DecodedLink[]): readonly QdiscObservation[] {
  const names = new Map(links.filter(hasQdisc).map(({ index, name }) => [index, name]));
  const writer = new MessageWriter(64);
  writer.begin(RTM_GETQDISC, NLM_F_DUMP);
  writer.reserve(HEADER);
  writer.end();
  let qdiscs: QdiscObservation[] = [];
  let children: Child[] = [];
  dump(
    socket,
    writer,
    () => {
      qdiscs = [];
      children = [];
    },
    (bytes, _type, start, end) => {
      const dev = names.get(bytes.view.getInt32(start + 4, true));
      if (dev === undefined) return;
      const qdisc = decode(bytes, start, end, dev);
      if (qdisc !== null) qdiscs.push(qdisc);
      else children.push(...childIn(bytes, start, end, dev));
    },
  );
  return qdiscs.map((qdisc) => withChildren(qdisc, children));
}

interface Child {
  readonly dev: string;
  readonly type: string;
  /** `MAJOR:` */
  readonly parent: string;
}

/** What somebody put below another one; that which the kernel makes there itself is invisible (TCQ_F_INVISIBLE). */
function childIn({ view, buffer }: Bytes, start: number, end: number, dev: string): readonly Child[] {
  const parent = handleText(view.getUint32(start + 12, true));
  for (let at = start + HEADER; at < end; at = nextAttribute(view, at))
    if (attributeType(view, at) === TCA.kind) return [{ dev, type: attributeString({ view, buffer }, at), parent }];
  return [];
}

function withChildren(qdisc: QdiscObservation, children: readonly Child[]): QdiscObservation {
  const { tbf, dev, handle } = qdisc;
  const own = children.filter((child) => child.dev === dev && child.parent === handle).map(({ type }) => `child ${type}`);
  if (tbf === undefined || own.length === 0) return qdisc;
  return { ...qdisc, tbf: { ...tbf, other: [tbf.other, ...own].filter((word) => word !== '').join(' ') } };
}

const handleText = (handle: number): string => `${(handle >>> 16).toString(16)}:`;

/** Null: not of the root, or one that the kernel gave by itself, which has no handle. */
function decode(bytes: Bytes, start: number, end: number, dev: string): QdiscObservation | null {
  const { view } = bytes;
  const handle = view.getUint32(start + 8, true);
  if (handle === 0 || view.getUint32(start + 12, true) !== TC_H_ROOT) return null;
  let type = '';
  let tbf: QdiscObservation['tbf'];
  for (let at = start + HEADER; at < end; at = nextAttribute(view, at)) {
    const attribute = attributeType(view, at);
    if (attribute === TCA.kind) type = attributeString(bytes, at);
    else if (attribute === TCA.options && type === 'tbf') tbf = decodeTbf(view, at);
  }
  return { dev, type, handle: handleText(handle), ...(tbf === undefined ? {} : { tbf }) };
}

function decodeTbf(view: DataView, outer: number): NonNullable<QdiscObservation['tbf']> {
  const tbf = { rate: 0, limit: 0, buffer: 0, other: '' };
  for (let at = outer + 4, end = attributeEnd(view, outer); at < end; at = nextAttribute(view, at)) {
    const payload = at + 4;
    if (attributeType(view, at) === TBF.parms) {
      tbf.rate = view.getUint32(payload + SPEC.rate, true);
      tbf.limit = view.getUint32(payload + LIMIT, true);
      tbf.buffer = view.getUint32(payload + BUFFER, true);
      tbf.other = otherwise(view, payload);
    } else if (attributeType(view, at) === TBF.rate64) tbf.rate = Number(view.getBigUint64(payload, true));
  }
  return tbf;
}

/** In the words of `tc`. */
function otherwise(view: DataView, spec: number): string {
  const [peak, overhead, mpu] = [
    view.getUint32(spec + PEAK + SPEC.rate, true),
    view.getUint16(spec + SPEC.overhead, true),
    view.getUint16(spec + SPEC.mpu, true),
  ];
  return [peak === 0 ? '' : `peakrate ${peak * 8}bit`, overhead === 0 ? '' : `overhead ${overhead}`, mpu === 0 ? '' : `mpu ${mpu}`]
    .filter((word) => word !== '')
    .join(' ');
}

export function encodeQdisc(writer: MessageWriter, operation: QdiscOperation, index: number): void {
  const sets = operation.op === 'qdisc-set';
  writer.begin(sets ? RTM_NEWQDISC : RTM_DELQDISC, (sets ? NLM_F_CREATE | NLM_F_REPLACE : 0) | NLM_F_ACK);
  const header = writer.reserve(HEADER);
  writer.bytes.view.setInt32(header + 4, index, true);
  writer.bytes.view.setUint32(header + 12, TC_H_ROOT, true);
  if (sets) {
    writer.bytes.view.setUint32(header + 8, parseInt(operation.handle, 16) << 16, true);
    encodeTbf(writer, operation);
  }
  writer.end();
}

/** Of the type, without its settings, where there is none yet. */
export function encodeQdiscQuestion(writer: MessageWriter, type: string, index: number): void {
  writer.begin(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
  const header = writer.reserve(HEADER);
  writer.bytes.view.setInt32(header + 4, index, true);
  writer.bytes.view.setUint32(header + 12, TC_H_ROOT, true);
  writer.string(TCA.kind, type);
  writer.end();
}

function encodeTbf(writer: MessageWriter, { rate, burst, limit }: Extract<QdiscOperation, { op: 'qdisc-set' }>): void {
  const bits = rateBits(rate);
  if (bits === null) throw new Error(`not a rate: ${rate}`);
  const bytes = bits / 8;
  const parms = new DataView(new ArrayBuffer(QOPT));
  parms.setUint8(SPEC.linklayer, TC_LINKLAYER_ETHERNET);
  parms.setUint32(SPEC.rate, Math.min(bytes, UINT32_MAX), true);
  parms.setUint32(LIMIT, limit, true);
  writer.string(TCA.kind, 'tbf');
  const options = writer.nest(TCA.options);
  writer.data(TBF.parms, new Uint8Array(parms.buffer));
  writer.u32(TBF.burst, burst);
  if (bytes > UINT32_MAX) {
    const wide = new DataView(new ArrayBuffer(8));
    wide.setBigUint64(0, BigInt(bytes), true);
    writer.data(TBF.rate64, new Uint8Array(wide.buffer));
  }
  writer.close(options);
}
