/** What a network or a node that is moved keeps of what the names give. */
import { expect, test } from '@jest/globals';
import { expand } from '../../src/networks/expand.js';
import { loadTopology } from '../../src/topology/load.js';

/** Addresses, and routes to what hosts have. */
function addressesOf(yaml: string): readonly string[] {
  const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes: new TextEncoder().encode(yaml) }, {});
  if (topology === null) throw new Error(JSON.stringify(diagnostics));
  const all = [...expand(topology).state.resources.values()];
  const ofId = (id: string): string => /[\d.]+\/\d+$/.exec(id)?.[0] ?? '';
  return all
    .flatMap(({ id, kind, props }) =>
      kind === 'address' ? [`address ${ofId(id)}`] : kind === 'route' ? [`route to ${String(props['to'])}`] : [],
    )
    .sort();
}

const lab = (driver: string, network: string, node: string, moved = ''): string => `
name: lab
networks:
  lan: { subnet: 192.168.50.0/24 }
  ${network}: { driver: ${driver}, subnet: 10.244.0.0/16 }
hosts: { h1: { networks: { lan: 192.168.50.11 } }, h2: { networks: { lan: 192.168.50.12 } } }
nodes:
  ${node}: { host: h1, networks: [${network}] }
  b: { host: h2, networks: [${network}] }
${moved}
`;

test.each(['bridge', 'vxlan', 'weave', 'flannel', 'calico'])('of driver %s: all of its addresses', (driver) => {
  const one = (...names: [string, string, string?]): readonly string[] => {
    const text = lab(driver, ...names);
    return addressesOf(driver === 'bridge' ? text.replace('host: h2', 'host: h1') : text);
  };
  const moves = 'moved: [{ from: networks.pods, to: networks.cluster }, { from: nodes.a, to: nodes.web }]';
  expect(one('pods', 'a').some((text) => text.startsWith('address 10.244.'))).toBe(true);
  expect(one('cluster', 'web', moves)).toEqual(one('pods', 'a'));
  expect(one('cluster', 'web')).not.toEqual(one('pods', 'a'));
});
