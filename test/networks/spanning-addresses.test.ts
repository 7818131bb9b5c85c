/** Networks on several hosts: whatever is there, and however little room, no address is anybody else's too. */
import { test } from '@jest/globals';
import fc from 'fast-check';
import { strict as assert } from 'node:assert';
import { expand } from '../../src/networks/expand.js';
import { loadTopology } from '../../src/topology/load.js';

const DRIVERS = {
  vxlan: '10.32.0.0/27',
  weave: '10.32.0.0/27',
  flannel: '10.32.0.0/24, subnet_len: 28',
  calico: '10.32.0.0/25, block_size: 29',
} as const;

const HOSTS = ['h1', 'h2', 'h3'];

test('automatic addresses of nodes and gateways are all different, or somebody is told that none is left', () => {
  const node = fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), host: fc.constantFrom(...HOSTS) });
  const nodes = fc.uniqueArray(node, { minLength: 1, maxLength: 30, selector: ({ name }) => name });
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(DRIVERS)), nodes, (driver, members) => {
      const of = members.map(({ name, host }) => `  n-${name}: { host: ${host}, networks: [span] }`);
      const hosts = HOSTS.map((host, i) => `  ${host}: { networks: { lan: 192.168.50.${i + 11} } }`);
      const lan = '  lan: { subnet: 192.168.50.0/24 }';
      const span = `  span: { driver: ${driver}, subnet: ${DRIVERS[driver as keyof typeof DRIVERS]}, underlay: lan }`;
      const text = ['name: lab', 'networks:', lan, span, 'hosts:', ...hosts, 'nodes:', ...of, ''].join('\n');
      const { topology } = loadTopology({ file: 'topo.yaml', bytes: new TextEncoder().encode(text) }, {});
      // More nodes than a subnet has addresses, where that is seen already.
      fc.pre(topology !== null);
      const { state, diagnostics } = expand(topology);
      const ids = [...state.resources.values()].filter(({ kind }) => kind === 'address').map(({ id }) => id);
      const inside = ids.filter((id) => id.startsWith('address:lab.n-'));
      const addresses = [...inside, ...ids.filter((id) => id.startsWith('address:lab.h1/br-'))].map(
        (id) => /\/([\d.]+)\/\d+$/.exec(id)?.[1],
      );
      assert.equal(new Set(addresses).size, addresses.length);
      const told = diagnostics.filter(({ code }) => code === 'subnet-exhausted');
      if (told.length === 0) assert.equal(inside.length, members.length);
    }),
    { numRuns: 150 },
  );
});
