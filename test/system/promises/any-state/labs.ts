/** Random topologies of one lab, small and of every kind, such that any two of them can follow each other. */
import fc from 'fast-check';
import { expand } from '../../../../src/networks/expand.js';
import { loadTopology } from '../../../../src/topology/load.js';
import { anyBridges } from './bridges.js';
import { anyCluster } from './cluster.js';
import { anyLan } from './lan.js';
import { anyRouters } from './routers.js';
import { withGroups } from './groups.js';
import { rarely, some, type Part } from './some.js';

const PARTS: Readonly<Record<string, fc.Arbitrary<Part>>> = {
  bridges: anyBridges as unknown as fc.Arbitrary<Part>,
  cluster: anyCluster as unknown as fc.Arbitrary<Part>,
  lan: anyLan as unknown as fc.Arbitrary<Part>,
  routers: anyRouters as unknown as fc.Arbitrary<Part>,
};

/** Mostly of one part, so that labs are small and pairs differ in details; of none and of several as well. */
const chosen: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(['bridges'], ['bridges'], ['bridges'], ['cluster'], ['cluster'], ['lan'], ['routers']) },
  { weight: 2, arbitrary: fc.subarray(Object.keys(PARTS), { maxLength: 2 }) },
);

const joined = (parts: readonly Part[], key: string): Part => Object.assign({}, ...parts.map((part) => part[key] ?? {})) as Part;

export function diagnosticsOf(text: string): readonly string[] {
  const { topology, diagnostics } = loadTopology({ file: 'any.yaml', bytes: new TextEncoder().encode(text) }, {});
  const all = topology === null ? diagnostics : [...diagnostics, ...expand(topology).diagnostics];
  return all.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code}: ${message}`);
}

/** JSON is YAML. What is protected is kept, and leads nowhere else: test/system/life has that. */
const anyText: fc.Arbitrary<string> = chosen
  .chain((names) =>
    fc.record({
      parts: fc.tuple(...names.map((name) => PARTS[name]!)),
      protect: rarely(fc.constant(false)),
      // Of names that no lab has: what was moved is in test/system/life.
      moved: rarely(fc.constantFrom([{ from: 'nodes.gone', to: 'nodes.keep' }], [])),
      grouped: some(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 })),
      defaults: some(rarely(fc.constantFrom<Part>({ ipv6: false }, { extra_hosts: ['all:192.0.2.9'] }), 2)),
    }),
  )
  .map(({ parts, defaults, protect, moved, grouped }) =>
    JSON.stringify(
      withGroups(
        {
          name: 'any',
          ...(protect === undefined ? {} : { protect }),
          ...(moved === undefined ? {} : { moved }),
          networks: joined(parts, 'networks'),
          hosts: joined(parts, 'hosts'),
          // Something that all have: two files of one name that share nothing would be taken for strangers.
          nodes: { keep: { network_mode: 'none' }, ...joined(parts, 'nodes') },
          links: parts.flatMap((part) => (part['links'] ?? []) as readonly Part[]),
          ...(defaults === undefined ? {} : { defaults }),
        },
        grouped ?? [],
      ),
    ),
  );

/** Combinations that the language refuses are thrown away. */
export const anyLab: fc.Arbitrary<string> = anyText.filter((text) => diagnosticsOf(text).length === 0);
