/** States of topologies written in the language, as the kernel would have them. */
import { kindOf } from '../../src/kinds/index.js';
import type { Plan } from '../../src/model/plan.js';
import { stateOf, type Props, type Resource, type ResourceId, type State } from '../../src/model/state.js';
import { expand } from '../../src/networks/expand.js';
import { plan } from '../../src/plan/plan.js';
import { loadTopology } from '../../src/topology/load.js';

export function desired(text: string): State {
  const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes: Buffer.from(text) }, {});
  if (topology === null) throw new Error(JSON.stringify(diagnostics));
  return expand(topology).state;
}

export const nothing = (lab: string): State => stateOf(lab, []);

/** Without what only a file knows; with some properties changed by hand, and without the objects that are null. */
export function observed(state: State, changed: { readonly [id: ResourceId]: Props | null } = {}): State {
  const resources = [...state.resources.values()].flatMap(({ id, kind, netns, props, needs, goesWith, definition }): Resource[] => {
    const change = changed[id];
    if (change === null) return [];
    // The folder that a set of names is in is observed too.
    const known = kind === 'names' ? { definition } : {};
    return [{ id, kind, netns, needs, ...(goesWith === undefined ? {} : { goesWith }), ...known, props: { ...props, ...change } }];
  });
  return stateOf(state.lab, resources);
}

export const planned = (to: State, from: State): Plan => plan(to, from, kindOf);

export const SHOP = `
name: shop
networks:
  front: { subnet: 172.28.0.0/24 }
nodes:
  web:
    networks: { front: { ipv4_address: 172.28.0.10, mac_address: "02:00:00:00:00:10" } }
    ports: ["8080:80"]
    interfaces: { lo: { addresses: [10.0.0.1/32] } }
    sysctls: { net.ipv4.tcp_syncookies: 0 }
    routes: [{ to: 10.8.0.0/16, type: blackhole }]
    rules: [{ from: 10.0.0.0/8, table: 100, priority: 1000 }]
    neighbours: [{ address: 172.28.0.9, mac_address: "02:00:00:00:00:09", dev: eth0 }]
`;
