import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { netnsResource } from '../../src/kinds/netns.js';
import { loopbackResource } from '../../src/kinds/loopback.js';
import { qdiscResource } from '../../src/kinds/qdisc.js';
import { vethIdOf, vethResource } from '../../src/kinds/veth.js';
import { parseRate } from '../../src/model/rate.js';
import type { Resource } from '../../src/model/state.js';
import { Machine } from './private.js';
import { about, applied, LAB, planned, summaryOf } from './states.js';

let machine: Machine;
beforeEach(() => void (machine = Machine.start()));
afterEach(() => machine.stop());

interface Wanted {
  readonly host?: string;
  readonly node?: string;
  readonly mtu?: number;
}

/** A link from the host to a node, and what each end may send. */
function link({ host, node, mtu = 1500 }: Wanted): readonly Resource[] {
  const ends = [
    { netns: 'host', name: 'cable', mac: '02:00:00:00:00:01', mtu, up: true },
    { netns: 'a', name: 'eth0', mac: '02:00:00:00:00:02', mtu, up: true },
  ] as const;
  const id = vethIdOf(ends);
  const limit = (netns: string, dev: string, rate: string | undefined): readonly Resource[] =>
    rate === undefined ? [] : [qdiscResource({ netns, dev, rate: parseRate(rate)!, mtu, link: id, ...about })];
  return [
    netnsResource({ lab: LAB, netns: 'a', node: 'a', ignore: [], names: '', forwarding: { ipv4: '0', ipv6: '0' }, ...about }),
    loopbackResource({ netns: 'a', mtu: 65536, up: true, ...about }),
    vethResource({ lab: LAB, ends, needs: [], ...about }),
    ...limit('host', 'cable', host),
    ...limit('a', 'eth0', node),
  ];
}

interface Shown {
  readonly kind: string;
  readonly handle: string;
  readonly dev: string;
  readonly options: { readonly rate: number; readonly burst: number; readonly lat: number };
}

const shown = async (dev: string, inside = ''): Promise<Shown> =>
  (JSON.parse(await machine.sh(`tc ${inside} -j qdisc show dev ${dev}`)) as readonly Shown[])[0]!;

test('each end gets its own rate, and tc reads the same', async () => {
  await applied(machine, link({ host: '1mbit', node: '2.5gbit' }));
  expect(await shown('cable')).toMatchObject({ kind: 'tbf', handle: '746f:', options: { rate: 125_000, burst: 15_000, lat: 50_000 } });
  expect(await shown('eth0', '-n a')).toMatchObject({ kind: 'tbf', options: { rate: 312_500_000 } });
});

const RATES = ['8kbit', '9.999kbit', '64kbit', '1mbit', '33.333mbit', '1gbit', '7.77gbit', '34.4gbit', '100gbit'];
test.each([68, 65535])('with an MTU of %i every rate is read back as it was asked for', async (mtu) => {
  for (const rate of RATES) {
    await applied(machine, link({ host: rate, node: rate, mtu }));
    expect(Math.abs((await shown('cable')).options.rate * 8 - parseRate(rate)!)).toBe(0);
  }
});

test.each([
  ['rate', 'tc -n a qdisc change dev eth0 root tbf rate 2mbit burst 15000 limit 21250', '~ qdisc:a/eth0: rate 2mbit -> 1mbit'],
  ['burst', 'tc -n a qdisc change dev eth0 root tbf rate 1mbit burst 15100 limit 21250', '~ qdisc:a/eth0: burst 15100 -> 15000'],
  ['limit', 'tc -n a qdisc change dev eth0 root tbf rate 1mbit burst 15000 limit 30000', '~ qdisc:a/eth0: limit 30000 -> 21250'],
  [
    'peakrate',
    'tc -n a qdisc change dev eth0 root tbf rate 1mbit burst 15000 limit 21250 peakrate 4mbit mtu 2000',
    '~ qdisc:a/eth0: other peakrate 4000000bit -> ',
  ],
  [
    'another number',
    'tc -n a qdisc replace dev eth0 root handle 9: tbf rate 1mbit burst 15000 limit 21250',
    '~ qdisc:a/eth0: handle 9: -> 746f:',
  ],
  ['none', 'tc -n a qdisc del dev eth0 root', '+ qdisc:a/eth0'],
  ['none, of the host', 'tc qdisc del dev cable root', '+ qdisc:host/cable'],
  [
    'another type',
    'tc -n a qdisc replace dev eth0 root handle 9: bfifo limit 9000',
    '~ qdisc:a/eth0: type bfifo -> tbf, rate null -> 1mbit, burst null -> 15000, limit null -> 21250, handle 9: -> 746f:',
  ],
])('a change by hand is seen and put back in place: %s', async (_name, change, seen) => {
  await applied(machine, link({ host: '1mbit', node: '1mbit' }));
  const before = await machine.sh('tc qdisc show dev cable; tc -n a qdisc show dev eth0');
  await machine.sh(change);
  expect(await applied(machine, link({ host: '1mbit', node: '1mbit' }))).toEqual([seen]);
  expect(await machine.sh('tc qdisc show dev cable; tc -n a qdisc show dev eth0')).toBe(before);
});

test('a limit that nobody asks for any more goes; one that somebody set in a node is drift, on the host it is theirs', async () => {
  await applied(machine, link({ host: '1mbit', node: '1mbit' }));
  expect(await applied(machine, link({}))).toEqual(['- qdisc:a/eth0', '- qdisc:host/cable']);
  expect((await shown('cable')).kind).toBe('noqueue');
  await machine.sh('tc qdisc add dev cable root tbf rate 9mbit burst 15000 limit 30000');
  await machine.sh('tc -n a qdisc add dev eth0 root bfifo limit 9000');
  expect(await applied(machine, link({}))).toEqual(['- qdisc:a/eth0']);
  expect((await shown('cable')).options.rate).toBe(9e6 / 8);
  expect(summaryOf(await planned(machine, link({})))).toEqual([]);
});

test('whether the kernel has them is asked without a change', async () => {
  const before = await machine.sh('tc qdisc show; ip -d link');
  expect(await machine.hasQdiscType('tbf')).toBe(true);
  expect(await machine.hasQdiscType('no-such-type')).toBe(false);
  expect(await machine.sh('tc qdisc show; ip -d link')).toBe(before);
  // One that somebody has put there is no answer.
  await machine.sh('tc qdisc replace dev lo root handle 9: pfifo');
  expect(await machine.hasQdiscType('tbf')).toBe(true);
  expect(await machine.sh('tc qdisc show dev lo')).toContain('qdisc pfifo 9:');
});

test('what the kernel lacks is told before the first change', async () => {
  const plan = await planned(machine, link({ host: '1mbit' }));
  const lacking = plan.actions.map((action) => ({
    ...action,
    operations: action.operations.map((one) => (one.op === 'link-add' ? { ...one, type: 'nosuch' as 'vxlan' } : one)),
  }));
  const before = await machine.sh('ip -d link; ls /run');
  const events = await machine.carryOut({ ...plan, actions: lacking });
  expect(events.filter(({ type }) => type === 'action-done')).toEqual([]);
  const message = 'this kernel has no links of type nosuch: it takes CONFIG_NOSUCH, as a part of the kernel or as a module';
  expect(JSON.stringify(events)).toContain(message);
  expect(await machine.sh('ip -d link; ls /run')).toBe(before);
});
