/**
 * What nodes ask at port 53 of a gateway with a DNS server goes to that server, whoever publishes the port on all addresses of
 * the host; that of nodes of several such networks goes to the server of their view.
 */
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

/** `networks` and `views` are those of one home. */
export function dnsRules(networks: readonly LabNetwork[], views: readonly DnsView[]): DnsRules {
  const maps = ([4, 6] as const).flatMap((family) => askersMap(family, views));
  const served = networks.filter(({ network }) => network.dns === 'server');
  return {
    maps,
    branches: served.map((network) => ({
      base: 'dns',
      direction: 'from',
      network,
      rules: [
        ...maps.flatMap(({ family, name }) =>
          DNS_PROTOCOLS.map((protocol) => rule(network.path, [port(protocol, DNS_PORT)], { verdict: 'vmap-saddr', family, map: name })),
        ),
        ...views.filter((view) => view.networks.includes(network)).flatMap((view) => closed(network, view)),
        ...sentOn(network, DNS_PORT),
      ],
    })),
    chains: views.map((view) => ({ name: chainOf(view), rules: view.networks.flatMap((network) => sentOn(network, view.port)) })),
  };
}

/** Whose address it is cannot be said of the way in alone: an answer goes to the address, whoever has asked. */
function askersMap(family: 4 | 6, views: readonly DnsView[]): readonly NftAddressMap[] {
  const elements = views.flatMap((view) =>
    view.askers.flatMap((one) => (one.family === family ? [{ address: one.address, chain: chainOf(view) }] : [])),
  );
  return elements.length === 0 ? [] : [{ name: `dns-${family}`, family, elements }];
}

/**
 * To the same address: the kernel asks no later chain once a connection has a destination, the same as before or another
 * (`nf_nat_inet_fn`, net/netfilter/nf_nat_core.c).
 */
function sentOn(network: LabNetwork, serverPort: number): readonly NftRule[] {
  return gatewaysOf(network).flatMap(({ text }) =>
    DNS_PROTOCOLS.map((protocol) =>
      rule(network.path, [port(protocol, DNS_PORT), to(text)], { verdict: 'dnat', address: text, port: serverPort }),
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
