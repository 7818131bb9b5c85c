/** What somebody's route may have and no route of the lab has, in words of `ip route` (`ip-route(8)`). */
import { addressText } from './ip-text.js';
import { attributeEnd, attributeString, attributeType, type Bytes, nextAttribute } from './message.js';
import { RTA, RTAX_MTU, RTMSG } from './route-attributes.js';

/** What the kernel tells routes apart by, besides destination, table and metric. */
export function routeKey({ view }: Bytes, start: number, end: number): string {
  const [sourceLength, tos] = [view.getUint8(start + 2), view.getUint8(start + 3)];
  const words = tos === 0 ? [] : [`tos 0x${tos.toString(16)}`];
  for (let at = start + RTMSG; at < end; at = nextAttribute(view, at)) {
    if (attributeType(view, at) === RTA.src) words.push(`from ${addressText(view, at + 4, view.getUint8(start))}/${sourceLength}`);
  }
  return words.join(' ');
}

/** RTAX_* */
const METRICS = [
  ...['', 'lock', 'mtu', 'window', 'rtt', 'rttvar', 'ssthresh', 'cwnd', 'advmss', 'reordering'],
  ...['hoplimit', 'initcwnd', 'features', 'rto_min', 'initrwnd', 'quickack', 'congctl'],
];
const RTAX_CC_ALGO = 16;
/** In fractions of a millisecond. */
const FRACTIONS: { readonly [metric: string]: number } = { rtt: 8, rttvar: 4 };

const PREFERENCES: { readonly [value: number]: string } = { 1: 'high', 3: 'low' };
/** `lwtunnel.h` */
const ENCAPSULATIONS = ['none', 'mpls', 'ip', 'ila', 'ip6', 'seg6', 'bpf', 'seg6local', 'rpl', 'ioam6', 'xfrm'];

export function routeWords(bytes: Bytes, start: number, end: number): string {
  const { view } = bytes;
  const words: string[] = [];
  for (let at = start + RTMSG; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === RTA.metrics) words.push(...metricWords(bytes, at));
    else if (type === RTA.flow) words.push(`realms ${view.getUint16(at + 6, true)}/${view.getUint16(at + 4, true)}`);
    else if (type === RTA.pref) words.push(...preferenceWords(view.getUint8(at + 4)));
    else if (type === RTA.encap) words.push(encapsulation(bytes, start, end, at));
  }
  return words.join(' ');
}

function metricWords(bytes: Bytes, outer: number): readonly string[] {
  const { view } = bytes;
  const words: string[] = [];
  const end = attributeEnd(view, outer);
  for (let at = outer + 4; at < end; at = nextAttribute(view, at)) {
    const type = attributeType(view, at);
    if (type === RTAX_MTU) continue;
    const name = METRICS[type] ?? `metric${type}`;
    const parts = FRACTIONS[name];
    const number = view.getUint32(at + 4, true);
    words.push(`${name} ${type === RTAX_CC_ALGO ? attributeString(bytes, at) : parts === undefined ? number : `${number / parts}ms`}`);
  }
  return words;
}

/** 0 is medium, what routes have by themselves. */
const preferenceWords = (value: number): readonly string[] => (value === 0 ? [] : [`pref ${PREFERENCES[value] ?? value}`]);

/** How it is done goes on in bytes, of which each kind has its own. */
function encapsulation({ view, buffer }: Bytes, start: number, end: number, at: number): string {
  let type = 0;
  for (let one = start + RTMSG; one < end; one = nextAttribute(view, one))
    if (attributeType(view, one) === RTA.encapType) type = view.getUint16(one + 4, true);
  return `encap ${ENCAPSULATIONS[type] ?? type} ${buffer.toString('hex', at + 4, attributeEnd(view, at))}`;
}
