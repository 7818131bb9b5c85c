/** Questions by UDP, which rules send on to the DNS server of who asks: other rules mean other servers. */
import { parseAddress } from '../model/address.js';
import type { UdpFlows } from '../model/operation.js';
import type { Resource } from '../model/state.js';

/** `map dns-4`, `chain dns-front.back` */
const FIELD = /^(?:map|chain) dns\b/;
/** `udp dport 53 ip daddr 10.0.0.1 dnat ip to 10.0.0.1:20053` */
const SENT_ON = /^udp dport (\d+) ip6? daddr (\S+) dnat /;

/** A program that asks by one socket for as long as it lives would be told by its former server, of networks that its node has left. */
export function movedQuestions(before: Resource | null, after: Resource | null, isUnfinished: boolean): readonly UdpFlows[] {
  if (after === null) return [];
  const [old, now] = [before, after].map(fieldsOf) as [Fields, Fields];
  if (!isUnfinished && JSON.stringify(old) === JSON.stringify(now)) return [];
  const asked = [...old, ...now].flatMap(([, { rules = [] }]) => rules.flatMap(({ text }) => flowsOf(text)));
  return [...new Map(asked.map((one) => [one.address, one])).values()];
}

type Fields = readonly (readonly [field: string, value: { readonly rules?: readonly { readonly text: string }[] }])[];

function fieldsOf(table: Resource | null): Fields {
  const own = Object.entries(table?.props ?? {}).filter(([field]) => FIELD.test(field));
  return own.sort(([a], [b]) => (a < b ? -1 : 1)) as unknown as Fields;
}

function flowsOf(text: string): readonly UdpFlows[] {
  const [, port, address = ''] = SENT_ON.exec(text) ?? [];
  const family = parseAddress(address)?.family;
  return family === undefined ? [] : [{ protocol: 'udp', family, address, from: Number(port), to: Number(port), target: null }];
}
