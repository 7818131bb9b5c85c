import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loopbackResource } from '../../src/kinds/loopback.js';
import { macvlan, macvlanResource } from '../../src/kinds/macvlan.js';
import { parentConflicts } from '../../src/kinds/macvlan-parent.js';
import { netnsResource } from '../../src/kinds/netns.js';
import { stateOf, type Resource } from '../../src/model/state.js';
import { Machine } from './private.js';
import { about, applied, LAB, observationOf, operationsOf, planned } from './states.js';

let machine: Machine;
beforeEach(async () => {
  machine = Machine.start();
  await machine.sh('ip link add lan0 type veth peer name lan1 && ip link set lan0 up && ip link set lan1 up');
});
afterEach(() => machine.stop());

const child = (netns: string, name: string, mode = 'bridge'): Resource =>
  macvlanResource({
    ...{
      lab: LAB,
      netns,
      name,
      parent: { netns: 'host', name: 'lan0' },
      mode,
      mac: `02:00:00:00:00:${netns === 'host' ? '0f' : `0${netns}`}`,
    },
    ...{ up: true, needs: [], parentAt: about.at, ...about },
  });

const nodes = (): readonly Resource[] => [
  ...['a', 'b'].flatMap((netns) => [
    netnsResource({ lab: LAB, netns, node: netns, ignore: [], names: '', forwarding: { ipv4: '0', ipv6: '0' }, ...about }),
    loopbackResource({ netns, mtu: 65536, up: true, ...about }),
    child(netns, 'eth0'),
  ]),
  child('host', 'shim0'),
];

test('killed after any operation, the next run arrives, and the parent is as it was in the end', async () => {
  const parent = (): Promise<string> => machine.sh('ip -d -j link show lan0');
  const before = await parent();
  const total = operationsOf(await planned(machine, nodes())).length;
  for (let after = 1; after < total; after += 1) {
    await machine.runKilled(after, ...operationsOf(await planned(machine, nodes())));
    await applied(machine, nodes());
    await machine.must(...operationsOf(await planned(machine, [])));
    await machine.settle(5000);
    expect(await parent()).toBe(before);
  }
});

test('a link of somebody else’s with a wanted name is an error, and is left alone', async () => {
  await machine.sh('ip link add link lan0 name shim0 type macvlan');
  await expect(planned(machine, nodes())).rejects.toThrow('a link named shim0 exists already');
});

test('a kernel that lacks macvlan is named', async () => {
  const observation = { ...observationOf(await machine.observe({ lab: LAB })), sharing: { isSupported: false, children: [] } };
  const desired = stateOf(LAB, [child('host', 'shim0')]);
  const found = parentConflicts({ observation, desired, linkAt: () => undefined, fieldAt: () => [] }, []);
  expect(found.map(({ code, message }) => [code, message])).toEqual([
    ['driver-unsupported', `${about.path} takes links of type macvlan, and this kernel has none`],
  ]);
});

test.each([
  ['mode', 'bridge', 'private', true],
  ['mode', 'vepa', 'bridge', true],
  ['mode', 'bridge', 'passthru', false],
  ['mode', 'passthru', 'bridge', false],
  ['parent', 'eth0', 'eth1', false],
  ['mtu', 1500, 1400, true],
])('%s from %s to %s is a change in place: %s', (field, from, to, inPlace) => {
  expect(macvlan.inPlace(field, from, to)).toBe(inPlace);
});
