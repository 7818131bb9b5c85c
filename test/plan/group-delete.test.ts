/** Many links of a host go in one message: all of the lab's by its group as it stands, a part of them by a group of their own. */
import { expect, test } from '@jest/globals';
import { kindOf } from '../../src/kinds/index.js';
import { labGroup } from '../../src/model/names.js';
import type { Operation } from '../../src/model/operation.js';
import { stateOf, type State } from '../../src/model/state.js';
import { expand } from '../../src/networks/expand.js';
import { plan } from '../../src/plan/plan.js';
import { loadTopology } from '../../src/topology/load.js';

const LAB = 'gone';

/** As if the kernel had all of it. */
function labOf(networks: string, nodes: string): State {
  const text = `name: ${LAB}\nnetworks: { ${networks} }\nnodes: { ${nodes} }\n`;
  const { topology, diagnostics } = loadTopology({ file: 'topo.yaml', bytes: Buffer.from(text) }, {});
  expect(diagnostics).toEqual([]);
  return expand(topology!).state;
}

const operationsOf = (from: State, to: State): readonly Operation[] =>
  plan(to, from, kindOf).actions.flatMap(({ operations }) => operations);

const regrouped = (operations: readonly Operation[]): number =>
  operations.filter((operation) => operation.op === 'link-set' && operation.attributes.group !== undefined).length;

const FRONT = 'front: { subnet: 10.9.0.0/24 }';
const NODES = 'a: { networks: [front] }, b: { networks: [front] }';

test.each([
  ['a bridge and its veths', FRONT, NODES, 3],
  ['macvlan links beside them', `${FRONT}, lan: { driver: macvlan, parent: lan0, subnet: 10.8.0.0/24, host_shim: true }`, NODES, 4],
])('%s: the whole lab goes by its own group, and no link is touched before', (_what, networks, nodes, links) => {
  const operations = operationsOf(labOf(networks, nodes), stateOf(LAB, []));
  const gone = operations.filter((operation) => operation.op === 'group-delete');
  expect(gone).toEqual([{ op: 'group-delete', netns: 'host', group: labGroup(LAB), names: expect.any(Array) }]);
  expect(gone[0]?.names).toHaveLength(links);
  expect(regrouped(operations)).toBe(0);
});

test('a part of the lab is put into a group of its own, and goes by that', () => {
  const operations = operationsOf(labOf(FRONT, `${NODES}, c: { networks: [front] }`), labOf(FRONT, 'c: { networks: [front] }'));
  const gone = operations.filter((operation) => operation.op === 'group-delete');
  expect(gone).toHaveLength(1);
  expect(gone[0]?.group).not.toBe(labGroup(LAB));
  expect(regrouped(operations)).toBe(2);
});
