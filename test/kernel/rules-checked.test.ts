/** Rules of namespaces that are still to come are checked before the first change (GUARANTEES.md, G8). */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { netnsResource } from '../../src/kinds/netns.js';
import { nftablesResource } from '../../src/kinds/nftables.js';
import type { NftRule } from '../../src/model/operation.js';
import { Machine } from './private.js';
import { about, LAB, planned } from './states.js';

let machine: Machine;
beforeEach(() => void (machine = Machine.start()));
afterEach(() => machine.stop());

const accept: NftRule = { matches: [], verdict: { verdict: 'accept' }, comment: '' };
const jump: NftRule = { matches: [], verdict: { verdict: 'jump', chain: 'nowhere' }, comment: '' };

const withRules = (...rules: readonly NftRule[]) => inNamespace('a', rules);

const inNamespace = (netns: string, rules: readonly NftRule[]) => {
  const hook = { type: 'filter', hook: 'input', priority: 0 } as const;
  const spec = { lab: LAB, netns, chains: [{ name: 'in-1', hook, rules }], maps: [], hostPorts: [], named: [], apart: [], ...about };
  return [
    netnsResource({ lab: LAB, netns, node: netns, ignore: [], names: '', forwarding: { ipv4: '0', ipv6: '0' }, ...about }),
    nftablesResource(spec),
  ];
};

it('what the kernel refuses there is told with the rule, and not even the namespace is made', async () => {
  const before = await machine.sh('nft list ruleset; ls /run/netns 2>/dev/null || true');
  const events = await machine.carryOut(await planned(machine, withRules(accept, jump)));
  expect(events.map(({ type }) => type)).toEqual(['plan', 'action-failed', 'summary']);
  expect(events[1]).toMatchObject({
    id: `nftables:a/topo_${LAB}`,
    errno: 'ENOENT',
    message: expect.stringContaining('rule 2 of chain in-1 in table'),
    at: about.at,
  });
  expect(events[2]).toMatchObject({ outcome: 'failed', added: 0, failed: 1 });
  expect(await machine.sh('nft list ruleset; ls /run/netns 2>/dev/null || true')).toBe(before);
});

it('good ones are found good, and leave nothing where they were looked at', async () => {
  const { actions } = await planned(machine, withRules(accept));
  const outcomes = await machine.check(...actions.flatMap(({ operations }) => operations));
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
  expect(await machine.sh('nft list ruleset')).toBe('');
});

it('those of many namespaces are found good together, and the bad one among them is told by itself', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
  const operationsOf = async (bad: string) => {
    const resources = names.flatMap((netns) => inNamespace(netns, netns === bad ? [accept, jump] : [accept]));
    return (await planned(machine, resources)).actions.flatMap(({ operations }) => operations);
  };
  const good = await operationsOf('none');
  expect((await machine.check(...good)).filter(({ ok }) => !ok)).toEqual([]);
  const mixed = await operationsOf('n37');
  const outcomes = await machine.check(...mixed);
  const refused = mixed.filter((_operation, i) => !outcomes[i]!.ok);
  expect(refused).toMatchObject([{ op: 'nft-replace', netns: 'n37' }]);
  expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ message: expect.stringContaining(`chain in-1 in table topo_${LAB} (`) });
  expect(await machine.sh('nft list ruleset')).toBe('');
});
