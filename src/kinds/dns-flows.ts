/** Questions by UDP, which rules send on to the DNS server of who asks: other rules mean other servers. */
import { parseAddress } from '../model/address.js';
import type { NftTableObservation } from '../model/observation.js';
import type { UdpFlows } from '../model/operation.js';
import type { Resource } from '../model/state.js';
import type { PortRange } from './port-range.js';

/** `map dns-4`, `chain dns-front.back` */
const FIELD = /^(?:map|chain) dns\b/;
/** `udp dport 53 ip daddr 10.0.0.1 dnat ip to 10.0.0.1:20053`, `tcp dport 53 ip6 daddr fd00::1 dnat ip6 to [fd00::1]:53` */
const SENT_ON = /^(udp|tcp) dport (\d+) ip6? daddr (\S+) dnat ip6? to \S+:(\d+)/;

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
  const [, protocol, port, address = ''] = SENT_ON.exec(text) ?? [];
  const family = parseAddress(address)?.family;
  return family === undefined || protocol !== 'udp'
    ? []
    : [{ protocol, family, address, from: Number(port), to: Number(port), target: null }];
}

/** Where DNS servers of labs listen, by the rules that keep others' published ports from their questions. */
export function questionedPorts(tables: readonly NftTableObservation[], own: Resource | undefined): readonly PortRange[] {
  const texts = tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules.map(({ text }) => text)));
  const wanted = own === undefined ? [] : fieldsOf(own).flatMap(([, { rules = [] }]) => rules.map(({ text }) => text));
  return [...texts, ...wanted].flatMap((text) => {
    const [, protocol = '', , address = '', port] = SENT_ON.exec(text) ?? [];
    const family = parseAddress(address)?.family;
    return family === undefined ? [] : [{ protocol, family, address, from: Number(port), to: Number(port) }];
  });
}
