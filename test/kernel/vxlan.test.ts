import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { addressResource } from '../../src/kinds/address.js';
import { EVERYBODY, type FdbEntry, fdbResource } from '../../src/kinds/fdb.js';
import { loopbackResource } from '../../src/kinds/loopback.js';
import { netnsResource } from '../../src/kinds/netns.js';
import { tunnelNeighboursResource } from '../../src/kinds/tunnel-neighbours.js';
import { vethIdOf, vethResource } from '../../src/kinds/veth.js';
import { vxlan, vxlanId, vxlanResource, type VxlanSpec } from '../../src/kinds/vxlan.js';
import { stateOf, type Resource } from '../../src/model/state.js';
import { Machine } from './private.js';
import { about, applied, LAB, observationOf, operationsOf, planned, summaryOf } from './states.js';

let machine: Machine;
beforeEach(() => void (machine = Machine.start()));
afterEach(() => machine.stop());

const HOSTS = ['a', 'b'] as const;
const REMOTE = { a: 'b', b: 'a' } as const;
const LAN = { a: '192.168.50.1', b: '192.168.50.2' } as const;
const INSIDE = { a: '10.32.0.1', b: '10.32.0.2' } as const;
const MAC = { a: '02:00:00:00:32:0a', b: '02:00:00:00:32:0b' } as const;

const NEXTHOPS = 'ip -n a nexthop add id 5 via 192.168.50.3 fdb; ip -n a nexthop add id 10 group 5 fdb';

/** A tunnel between two hosts, each a namespace, over a veth; `entries` are more ones of the table of `a`. */
function tunnel(more: Partial<VxlanSpec> = {}, entries: readonly FdbEntry[] = []): readonly Resource[] {
  const ends = HOSTS.map((netns) => ({ netns, name: 'eth0', mac: MAC[netns].replace('32', '50'), mtu: 1500, up: true }));
  const lan = vethIdOf([ends[0]!, ends[1]!]);
  return [
    vethResource({ lab: LAB, ends: [ends[0]!, ends[1]!], needs: [], ...about }),
    ...HOSTS.flatMap((netns): readonly Resource[] => {
      const plain = { lab: LAB, netns, name: 'vx0', vni: 42, dstport: 4789, mac: MAC[netns], mtu: 1450, up: true };
      const own = { ...plain, local: LAN[netns], dev: 'eth0', learning: false, needs: [lan], ...about };
      const made = vxlanResource({ ...own, ...more });
      const [link, other] = [made.id, REMOTE[netns]];
      return [
        netnsResource({ lab: LAB, netns, node: netns, ignore: [], names: '', forwarding: { ipv4: '0', ipv6: '0' }, ...about }),
        loopbackResource({ netns, mtu: 65536, up: true, ...about }),
        addressResource({ netns, dev: 'eth0', cidr: `${LAN[netns]}/24`, link: lan, ...about }),
        made,
        addressResource({ netns, dev: 'vx0', cidr: `${INSIDE[netns]}/24`, link, ...about }),
        tunnelNeighboursResource({ netns, dev: 'vx0', entries: [{ address: INSIDE[other], mac: MAC[other] }], link, ...about }),
        fdbResource({
          ...{ netns, dev: 'vx0', link, ...about },
          entries: [{ mac: MAC[other], dst: LAN[other] }, ...(netns === 'a' ? entries : [])],
        }),
      ];
    }),
  ];
}

/** The first may be lost while the machine is busy. */
const ping = (): Promise<string> =>
  machine.sh(`for wait in 1 5; do ip netns exec a ping -c 1 -W $wait ${INSIDE.b} >/dev/null && echo ok && exit; done; echo lost`);

test('a tunnel of permanent entries carries packets, ip reads what was asked for, and nothing is left of it', async () => {
  await applied(machine, tunnel());
  expect((await ping()).trim()).toBe('ok');
  const [link] = await machine.ip<readonly { readonly [key: string]: unknown }[]>('-n a link show vx0');
  expect(link).toMatchObject({
    mtu: 1450,
    address: MAC.a,
    ifalias: 'topo:lab/vxlan:a/vx0',
    linkinfo: { info_kind: 'vxlan', info_data: { id: 42, local: LAN.a, link: 'eth0', port: 4789, learning: false } },
  });
  expect((await machine.sh('bridge -n a fdb show dev vx0')).trim()).toBe(`${MAC.b} dst ${LAN.b} self permanent`);
  const gone = await planned(machine, []);
  await machine.must(...operationsOf(gone));
  expect(summaryOf(await planned(machine, []))).toEqual([]);
});

test('without the entry nothing arrives: it is what the packets go by', async () => {
  await applied(machine, tunnel());
  await machine.sh(`bridge -n a fdb del ${MAC.b} dev vx0 dst ${LAN.b} self`);
  expect((await ping()).trim()).toBe('lost');
  expect(await applied(machine, tunnel())).toEqual(['+ fdb:a/vx0']);
  expect((await ping()).trim()).toBe('ok');
});

test.each([
  ['learning', 'link set vx0 type vxlan learning', 'vxlan_learning true -> false'],
  ['ttl', 'link set vx0 type vxlan ttl 9', 'ttl 9 -> 0'],
  ['tos', 'link set vx0 type vxlan tos 4', 'tos 4 -> 0'],
  ['ageing', 'link set vx0 type vxlan ageing 10', 'ageing 10 -> 300'],
  ['local', 'link set vx0 type vxlan local 192.168.50.9', 'local 192.168.50.9 -> 192.168.50.1'],
  ['no local', 'link set vx0 type vxlan local 0.0.0.0', 'local  -> 192.168.50.1'],
  ['dev', 'link set vx0 type vxlan dev lo', 'dev lo -> eth0'],
  ['mtu', 'link set vx0 mtu 1300', 'mtu 1300 -> 1450'],
  ['mac', 'link set vx0 address 02:99:00:00:00:01', 'mac 02:99:00:00:00:01 -> 02:00:00:00:32:0a'],
  ['queue', 'link set vx0 txqueuelen 7', 'txqlen 7 -> 1000'],
  ['group', 'link set vx0 group 7', 'group 7 -> '],
  ['down', 'link set vx0 down', 'up false -> true'],
])('a change of a link by hand is seen and put back in place: %s', async (_name, change, seen) => {
  await applied(machine, tunnel());
  const { index } = (await machine.link('a', 'vx0', LAB))!;
  await machine.sh(`ip -n a ${change}`);
  const done = await applied(machine, tunnel());
  expect(done.find((line) => line.startsWith('~ vxlan:a/vx0'))).toContain(seen);
  expect((await machine.link('a', 'vx0', LAB))!.index).toBe(index);
  expect((await ping()).trim()).toBe('ok');
});

test.each([
  ['another host', `fdb replace ${MAC.b} dev vx0 dst 192.168.50.77 self permanent`, `${MAC.b} 192.168.50.77 -> ${LAN.b}`],
  ['another port', `fdb replace ${MAC.b} dev vx0 dst ${LAN.b} port 99 self permanent`, `${MAC.b} ${LAN.b} port 99 -> ${LAN.b}`],
  ['static', `fdb replace ${MAC.b} dev vx0 dst ${LAN.b} self static`, `${MAC.b} ${LAN.b} static -> ${LAN.b}`],
  ['one more', 'fdb add 02:77:00:00:00:01 dev vx0 dst 192.168.50.3 self permanent', '02:77:00:00:00:01 192.168.50.3 -> null'],
  [
    'one more with a port',
    'fdb add 02:77:00:00:00:01 dev vx0 dst 1.2.3.4 port 9 vni 7 via eth0 self',
    '02:77:00:00:00:01 1.2.3.4 port 9 vni 7 via eth0 -> null',
  ],
  [
    'by a nexthop',
    `! ${NEXTHOPS}; bridge -n a fdb del ${MAC.b} dev vx0; bridge -n a fdb add ${MAC.b} dev vx0 nhid 10 self permanent`,
    `${MAC.b} nhid 10 -> ${LAN.b}`,
  ],
  [
    'one more by a nexthop',
    `! ${NEXTHOPS}; bridge -n a fdb add 02:77:00:00:00:01 dev vx0 nhid 10 self permanent`,
    '02:77:00:00:00:01 nhid 10 -> null',
  ],
  ['for everybody', `fdb append ${EVERYBODY} dev vx0 dst 192.168.50.3 self permanent`, `${EVERYBODY} 192.168.50.3 -> null`],
  ['for a group', 'fdb append 01:00:5e:00:00:09 dev vx0 dst 192.168.50.3 self permanent', '01:00:5e:00:00:09 192.168.50.3 -> null'],
  [
    'for everybody, in two ways',
    `fdb append ${EVERYBODY} dev vx0 dst 192.168.50.3 self permanent; bridge -n a fdb append ${EVERYBODY} dev vx0 dst 192.168.50.3 port 9 self`,
    `${EVERYBODY} 192.168.50.3,192.168.50.3 port 9 -> null`,
  ],
  ['by a remote', `! ip -n a link set vx0 type vxlan remote 192.168.50.3`, `${EVERYBODY} 192.168.50.3 via eth0 -> null`],
])('an entry changed by hand is seen and put back: %s', async (_name, change, seen) => {
  await applied(machine, tunnel());
  await machine.sh(change.startsWith('!') ? change.slice(2) : `bridge -n a ${change}`);
  expect(await applied(machine, tunnel())).toEqual([`~ fdb:a/vx0: ${seen}`]);
  expect((await ping()).trim()).toBe('ok');
});

test('an entry more where there are to be none is named though its table goes', async () => {
  const without = tunnel().filter(({ kind }) => kind !== 'fdb');
  await applied(machine, without);
  await machine.sh('bridge -n a fdb add 02:77:00:00:00:01 dev vx0 dst 192.168.50.3 self permanent');
  const { actions } = await planned(machine, without);
  expect(actions.map(({ id, change }) => ({ id, ...change }))).toMatchObject([
    { id: 'fdb:a/vx0', action: 'delete', fields: [{ field: '02:77:00:00:00:01', from: '192.168.50.3', to: null }] },
  ]);
  expect(await applied(machine, without)).toEqual(['- fdb:a/vx0']);
});

test('a link’s new MAC address takes its neighbours along: they come again, and none that is not wanted stays', async () => {
  await applied(machine, tunnel());
  await machine.sh(`ip -n a neigh add fd00::9 lladdr ${MAC.b} dev vx0 nud permanent`);
  const moved = tunnel().map((one) => (one.id === 'vxlan:a/vx0' ? { ...one, props: { ...one.props, mac: '02:00:00:00:32:77' } } : one));
  expect(await applied(machine, moved)).toEqual([
    `~ vxlan:a/vx0: mac ${MAC.a} -> 02:00:00:00:32:77`,
    `~ neighbours:a/vx0: fd00::9 ${MAC.b} -> null`,
  ]);
});

test('with the last IPv4 address those of IPv4 go: they come again, and one of IPv6 that is not wanted does not stay', async () => {
  await applied(machine, tunnel());
  await machine.sh(`ip -n a neigh add fd00::9 lladdr ${MAC.b} dev vx0 nud permanent`);
  const link = vxlanId('a', 'vx0');
  const moved = tunnel().map((one) =>
    one.id === `address:a/vx0/${INSIDE.a}/24` ? addressResource({ netns: 'a', dev: 'vx0', cidr: '10.32.0.7/24', link, ...about }) : one,
  );
  expect(await applied(machine, moved)).toEqual([
    `- address:a/vx0/${INSIDE.a}/24`,
    '+ address:a/vx0/10.32.0.7/24',
    `~ neighbours:a/vx0: fd00::9 ${MAC.b} -> null`,
  ]);
  expect((await machine.sh('ip -n a neigh show dev vx0 nud permanent')).trim()).toBe(`${INSIDE.b} lladdr ${MAC.b} PERMANENT`);
});

test('what the link learns, and what a routing daemon adds, is not drift', async () => {
  await applied(machine, tunnel({ learning: true }));
  await ping();
  await machine.sh('bridge -n a fdb add 02:88:00:00:00:01 dev vx0 dst 192.168.50.4 self extern_learn');
  expect(summaryOf(await planned(machine, tunnel({ learning: true })))).toEqual([]);
});

test.each<readonly [string, Partial<VxlanSpec>]>([
  ['vni', { vni: 43 }],
  ['dstport', { dstport: 8472 }],
  ['proxy', { proxy: true }],
])('what the kernel cannot change replaces the link and all that stands on it: %s', async (field, more) => {
  await applied(machine, tunnel());
  const plan = await planned(machine, tunnel(more));
  const made = plan.actions.find(({ id, change }) => id === vxlanId('a', 'vx0') && change.action === 'create');
  expect(made?.reason).toContain(`${field} is `);
  await applied(machine, tunnel(more));
});

test.each([
  ['local', '10.0.0.1', '10.0.0.2', true],
  ['local', 'fd00::1', 'fd00::2', true],
  ['local', '', '10.0.0.2', true],
  ['local', '10.0.0.1', 'fd00::1', false],
  ['local', '', 'fd00::1', false],
  ['dev', 'eth0', 'eth1', true],
  ['dev', '', 'eth1', true],
  ['dev', 'eth0', '', false],
])('%s from "%s" to "%s" is a change in place: %s', (field, from, to, inPlace) => {
  expect(vxlan.inPlace(field, from, to)).toBe(inPlace);
});

test.each<readonly [string, Partial<VxlanSpec>]>([
  ['learning', { learning: true }],
  ['ttl', { ttl: 7 }],
  ['mtu', { mtu: 1400 }],
])('what the kernel can change is changed in place: %s', async (_field, more) => {
  await applied(machine, tunnel());
  expect((await applied(machine, tunnel(more))).every((line) => line.startsWith('~ vxlan:'))).toBe(true);
});

test('frames for everybody go to every host that has an entry', async () => {
  const everybody = (dsts: readonly string[]): readonly Resource[] =>
    tunnel(
      {},
      dsts.map((dst) => ({ mac: EVERYBODY, dst })),
    );
  await applied(machine, everybody(['192.168.50.2', '192.168.50.3']));
  expect((await machine.sh('bridge -n a fdb show dev vx0')).match(/00:00:00:00:00:00/g)).toHaveLength(2);
  expect(await applied(machine, everybody(['192.168.50.3', '192.168.50.4']))).toEqual([
    `~ fdb:a/vx0: ${EVERYBODY} 192.168.50.2,192.168.50.3 -> 192.168.50.3,192.168.50.4`,
  ]);
  expect(await applied(machine, tunnel())).toEqual([`~ fdb:a/vx0: ${EVERYBODY} 192.168.50.3,192.168.50.4 -> null`]);
});

test('killed after any operation, the next run arrives', async () => {
  const total = operationsOf(await planned(machine, tunnel())).length;
  for (let after = 1; after < total; after += 1) {
    const operations = operationsOf(await planned(machine, tunnel()));
    await machine.runKilled(after, ...operations);
    await applied(machine, tunnel());
    await machine.must(...operationsOf(await planned(machine, [])));
    await machine.settle(5000);
  }
});

test('a renamed link is replaced, an unmarked one is taken for its name', async () => {
  await applied(machine, tunnel());
  await machine.sh('ip -n a link set vx0 name other');
  expect(await applied(machine, tunnel())).toContain('+ vxlan:a/vx0');
  await machine.sh("ip -n a link set vx0 alias ''");
  expect(await applied(machine, tunnel())).toEqual(['~ vxlan:a/vx0: alias  -> topo:lab/vxlan:a/vx0']);
});

test('a kernel that lacks vxlan is told for each network that takes it, before anything is done', async () => {
  const seen = await machine.observe({ lab: LAB, linkTypes: ['vxlan', 'nosuch'] });
  const observation = observationOf(seen);
  expect(observation.missingLinkTypes).toEqual(['nosuch']);
  const context = { observation, desired: stateOf(LAB, tunnel()), linkAt: () => undefined, fieldAt: () => [] };
  expect(vxlan.find(context).conflicts).toEqual([]);
  const without = { ...context, observation: { ...observation, missingLinkTypes: ['vxlan'] } };
  expect(vxlan.find(without).conflicts.map(({ code, message }) => [code, message])).toEqual([
    ['driver-unsupported', `${about.path} takes links of type vxlan, and this kernel has none`],
  ]);
});
