import type { Rule } from './rule.js';

export const networkModeNone: Rule = {
  name: 'network-mode-none',
  codes: ['network-mode-none'],
  check({ topology, report, place }) {
    const without = new Set(topology.nodes.filter((node) => node.networkMode === 'none').map((node) => node.name));
    if (without.size === 0) return;
    const hint = 'remove "network_mode": a node without networks and links has only lo anyway';
    for (const node of topology.nodes.filter(({ name }) => without.has(name))) {
      const related = [{ message: 'network_mode is here', at: place(node, 'network_mode') }];
      const tell = (key: string) => {
        report('network-mode-none', place(node, key), `node ${node.name} has network_mode none, and ${key}`, { hint, related });
      };
      if (node.networks.length > 0) tell('networks');
      if (node.ports.length > 0) tell('ports');
    }
    for (const end of topology.links.flatMap((link) => link.endpoints)) {
      if (without.has(end.node)) report('network-mode-none', end.at, `node ${end.node} has network_mode none, and a link`, { hint });
    }
  },
};
