/** What nodes of several networks with a DNS server ask at port 53 of a gateway goes to the server of their view. */
import type { NftAddressMap, NftChain, NftRule } from '../model/operation.js';
import { DNS_PORT, DNS_PROTOCOLS, gatewaysOf } from './dns-server.js';
import type { DnsView } from './dns-views.js';
import type { Branch } from './firewall-branch.js';
import { rule, to } from './firewall-rule.js';
import type { LabNetwork } from './lab.js';

export interface DnsRules {
  readonly branches: readonly Branch[];
  readonly maps: readonly NftAddressMap[];
  readonly chains: readonly NftChain[];
}

/** `views` are those of one home. */
export function dnsRules(views: readonly DnsView[]): DnsRules {
  const maps = ([4, 6] as const).flatMap((family) => askersMap(family, views));
  const networks = [...new Set(views.flatMap((view) => view.networks))].sort((a, b) => (a.network.name < b.network.name ? -1 : 1));
  return {
    maps,
    branches: networks.map((network) => ({
      base: 'dns',
      direction: 'from',
      network,
      rules: [
        ...maps.flatMap(({ family, name }) =>
          DNS_PROTOCOLS.map((protocol) => rule(network.path, [port(protocol, DNS_PORT)], { verdict: 'vmap-saddr', family, map: name })),
        ),
        ...views.filter((view) => view.networks.includes(network)).flatMap((view) => closed(network, view)),
      ],
    })),
    chains: views.map((view) => ({ name: chainOf(view), rules: view.networks.flatMap((network) => sentOn(network, view)) })),
  };
}

/** Whose address it is cannot be said of the way in alone: an answer goes to the address, whoever has asked. */
function askersMap(family: 4 | 6, views: readonly DnsView[]): readonly NftAddressMap[] {
  const elements = views.flatMap((view) =>
    view.askers.flatMap((one) => (one.family === family ? [{ address: one.address, chain: chainOf(view) }] : [])),
  );
  return elements.length === 0 ? [] : [{ name: `dns-${family}`, family, elements }];
}

function sentOn(network: LabNetwork, view: DnsView): readonly NftRule[] {
  return gatewaysOf(network).flatMap(({ text }) =>
    DNS_PROTOCOLS.map((protocol) =>
      rule(network.path, [port(protocol, DNS_PORT), to(text)], { verdict: 'dnat', address: text, port: view.port }),
    ),
  );
}

/** What is sent on has port 53 still when it comes here: the rest are nodes that ask for names of others. */
function closed(network: LabNetwork, view: DnsView): readonly NftRule[] {
  return view.networks
    .flatMap(gatewaysOf)
    .flatMap(({ text }) => DNS_PROTOCOLS.map((protocol) => rule(network.path, [to(text), port(protocol, view.port)], { verdict: 'drop' })));
}

const port = (protocol: 'tcp' | 'udp', number: number) => ({ match: 'dport', protocol, from: number, to: number }) as const;

/** A plus is no letter of a name to `nft`; names of networks have no dots. */
const chainOf = ({ name }: DnsView): string => `dns-${name.replaceAll('+', '.')}`;
