import { HOST_GATEWAY } from '../../model/node-files.js';
import { isHosted } from '../../model/hosted.js';
import type { Rule } from './rule.js';

export const dnsServer: Rule = {
  name: 'dns-server',
  codes: ['dns-server-without-gateway'],
  check({ topology, report, place }) {
    for (const network of topology.networks) {
      if (network.dns !== 'server' || isHosted(network)) continue;
      const why = network.external
        ? 'it is external'
        : network.driver === 'macvlan'
          ? 'it is a LAN'
          : network.gateway.kind === 'none'
            ? 'it has no gateway'
            : 'its gateway is a node';
      const message = `the host has no address on the network ${network.name} that a DNS server could listen on: ${why}`;
      report('dns-server-without-gateway', place(network, 'dns'), message, { hint: 'write `dns: hosts`' });
    }
  },
};

export const hostGateway: Rule = {
  name: 'host-gateway',
  codes: ['no-host-gateway'],
  check({ topology, networks, report, isIncomplete }) {
    for (const node of topology.nodes) {
      const wanted = node.extraHosts.find(({ address }) => address === HOST_GATEWAY);
      if (wanted === undefined || isIncomplete('nodes', node.name) || isIncomplete('networks')) continue;
      const attached = node.networks.map(({ network }) => networks.get(network));
      if (attached.some((network) => network === undefined || isHosted(network))) continue;
      const message = `the host has no address on any network of ${node.name}`;
      report('no-host-gateway', wanted.at, message, {
        hint: 'put the node on a network that has the host as its gateway, or write an address',
      });
    }
  },
};
