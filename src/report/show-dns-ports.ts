/** Whom a node hears of when it asks a DNS server of the lab: the rules send on what nodes of several networks ask. */
import type { PropValue, Resource, State } from '../model/state.js';

export const DNS_PORT = '53';

/** Of nodes that have the set of files: the port that answers where they ask an address. */
export function dnsPorts(state: State, set: string): (address: string) => string {
  const all = [...state.resources.values()];
  const nodes = new Set(all.flatMap(({ kind, netns, props }) => (kind === 'netns' && props['names'] === set ? [netns] : [])));
  const own = new Set(all.flatMap((one) => (one.kind === 'address' && nodes.has(one.netns) ? [addressOf(one)] : [])));
  const rules = all.flatMap(({ kind, props }) => (kind === 'nftables' ? sentOn(props, own) : []));
  return (address) => rules.find((rule) => rule.address === address)?.port ?? DNS_PORT;
}

/** `address:lab.web/eth0/10.0.0.2/24` */
const addressOf = ({ id }: Resource): string => id.split('/').at(-2) ?? '';

/** `10.0.0.2 : jump dns-front.back` */
const ASKER = /^(\S+) : jump (\S+)$/;
/** `udp dport 53 ip daddr 10.0.0.1 dnat ip to 10.0.0.1:20053` */
const SENT_ON = /^udp dport 53 ip6? daddr (\S+) dnat ip6? to \S+:(\d+)/;

function sentOn(table: Resource['props'], askers: ReadonlySet<string>): readonly { readonly address: string; readonly port: string }[] {
  const found = (['map dns-4', 'map dns-6'] as const).flatMap((map) => textsIn(table[map]).map((text) => ASKER.exec(text)));
  const chains = new Set(found.flatMap((match) => (askers.has(match?.[1] ?? '') ? [match?.[2] ?? ''] : [])));
  return [...chains]
    .flatMap((chain) => textsIn(table[`chain ${chain}`]))
    .flatMap((text) => {
      const [, address, port] = SENT_ON.exec(text) ?? [];
      return address === undefined || port === undefined ? [] : [{ address, port }];
    });
}

function textsIn(field: PropValue | undefined): readonly string[] {
  return ((field as { readonly rules?: readonly { readonly text: string }[] } | null | undefined)?.rules ?? []).map(({ text }) => text);
}
