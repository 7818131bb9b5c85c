import { expand } from '../../../src/networks/expand.js';
import type { Diagnostic } from '../../../src/model/diagnostic.js';
import { loadTopology } from '../../../src/topology/load.js';

/** The daemons' configurations by node, as text, and what is wrong. */
export function daemonsOf(yaml: string): { readonly configs: Record<string, string>; readonly problems: readonly Diagnostic[] } {
  const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes: new TextEncoder().encode(yaml) }, {});
  if (topology === null) throw new Error(JSON.stringify(diagnostics));
  const { state, diagnostics: problems } = expand(topology);
  const sets = [...state.resources.values()].filter(({ kind, id }) => kind === 'names' && id.endsWith('.bird'));
  const configs = sets.map(({ id, props }): [string, string] => {
    const { lines } = props['bird.conf'] as { readonly lines: readonly string[] };
    return [id.slice('names:host/'.length, -'.bird'.length), `${lines.join('\n')}\n`];
  });
  return { configs: Object.fromEntries(configs), problems };
}

/** Two routers on a link; each has the BGP that is written. */
export function pair(one: string, other: string, more = ''): string {
  return `
name: pair
defaults: { forwarding: true }
nodes:
  a: { interfaces: { lo: { addresses: [10.0.0.1/32, 'fd00::1/128'] } }, routing: { bgp: ${one} } }
  b: { interfaces: { lo: { addresses: [10.0.0.2/32, 'fd00::2/128'] } }, routing: { bgp: ${other} } }
links:
  - endpoints:
      - { node: a, interface: eth1, ipv4_address: 10.1.0.1/30, ipv6_address: 'fd01::1/64' }
      - { node: b, interface: eth1, ipv4_address: 10.1.0.2/30, ipv6_address: 'fd01::2/64' }
${more}`;
}
