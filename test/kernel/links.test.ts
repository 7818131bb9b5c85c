import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LINK_ATTRIBUTES, RARE_ATTRIBUTES } from '../../src/kinds/link-attributes.js';
import { bridge, linkDelete, linkSet, netnsAdd, veth } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeAll(async () => {
  machine = Machine.start();
  await machine.must(netnsAdd('a'), netnsAdd('b'));
});
afterAll(() => machine.stop());

test('a bridge gets all its attributes, and ip reads the same', async () => {
  const attributes = {
    mac: '02:00:00:00:00:0a',
    mtu: 1400,
    txqlen: 500,
    alias: 'topo:lab/bridge',
    group: 1234567890,
    up: true,
    forward_delay: 400,
    hello_time: 300,
    max_age: 1500,
    ageing_time: 20000,
    stp_state: true,
    priority: 4096,
    mcast_snooping: false,
  };
  await machine.must(bridge('full', attributes));
  expect((await machine.link('host', 'full'))?.attributes).toEqual({ ...attributes, master: '' });
  const [seen] = await machine.ip<{ [key: string]: unknown }[]>('link show full');
  expect(seen).toMatchObject({
    address: attributes.mac,
    mtu: 1400,
    txqlen: 500,
    ifalias: 'topo:lab/bridge',
    group: '1234567890',
    flags: expect.arrayContaining(['UP']),
    linkinfo: {
      info_kind: 'bridge',
      info_data: {
        forward_delay: 400,
        hello_time: 300,
        max_age: 1500,
        ageing_time: 20000,
        stp_state: 1,
        priority: 4096,
        mcast_snooping: 0,
      },
    },
  });
});

test('a bridge without wishes has the defaults of the table', async () => {
  await machine.must(bridge('bare'));
  const { attributes } = (await machine.link('host', 'bare'))!;
  for (const row of LINK_ATTRIBUTES.filter(
    ({ place, default: fallback }) => (place === 'link' || place === 'bridge') && fallback !== null,
  )) {
    // What is hardly ever changed is not said at all.
    expect([row.name, attributes[row.name]]).toEqual([row.name, RARE_ATTRIBUTES.includes(row) ? undefined : row.default]);
  }
});

test.each([1500, 1400, 9000, 65535])('the MTU %i of a bridge does not follow its ports', async (mtu) => {
  await machine.must(bridge('pinned', { mtu }), veth('host:p0', 'a:p0', { mtu: 1300, master: 'pinned', up: true }));
  expect((await machine.link('host', 'pinned'))?.attributes['mtu']).toBe(mtu);
  await machine.must(linkDelete('host', 'pinned'), linkDelete('host', 'p0'));
});

test('a veth becomes a port with all attributes of a port, marked, its peer in a namespace', async () => {
  const own = {
    mac: '02:00:00:00:01:01',
    mtu: 1450,
    txqlen: 77,
    alias: 'topo:lab/x',
    group: 99,
    up: true,
    port_priority: 10,
    cost: 50,
    hairpin: true,
    guard: true,
    learning: false,
    flood: false,
    neigh_suppress: true,
    isolated: true,
  };
  await machine.must(
    bridge('br'),
    veth('host:v0', 'a:eth0', { ...own, master: 'br' }, { mac: '02:00:00:00:01:02', mtu: 1450, txqlen: 78, group: 99 }),
  );
  const [host, peer] = [(await machine.link('host', 'v0'))!, (await machine.link('a', 'eth0'))!];
  expect(host).toMatchObject({ type: 'veth', alias: 'topo:lab/x', group: 99, link: peer.index });
  // BR_STATE_FORWARDING: the bridge is down, and what it does with its ports says nothing.
  expect(host.attributes).toEqual({ ...own, master: 'br', port_state: 3 });
  expect(peer).toMatchObject({ link: host.index, group: 99, alias: '' });
  expect(peer.attributes).toEqual({ mac: '02:00:00:00:01:02', mtu: 1450, txqlen: 78, group: 99, alias: '', up: false, master: '' });
  const [seen] = await machine.ip<{ [key: string]: unknown }[]>('link show v0');
  expect(seen).toMatchObject({
    master: 'br',
    group: '99',
    linkinfo: { info_slave_data: { priority: 10, cost: 50, hairpin: true, guard: true, learning: false, flood: false, isolated: true } },
  });
});

test('a veth with both ends here gives both their marks, masters and states', async () => {
  const outcomes = await machine.run(
    bridge('both'),
    veth(
      'host:l0',
      'host:l1',
      { alias: 'topo:lab/l', up: true, group: 5 },
      { alias: 'topo:lab/l', up: true, group: 5, master: 'both', hairpin: true },
    ),
  );
  expect(outcomes).toEqual([{ ok: true }, { ok: true }]);
  expect((await machine.link('host', 'l0'))!).toMatchObject({ alias: 'topo:lab/l', group: 5, attributes: { up: true, master: '' } });
  expect((await machine.link('host', 'l1'))!).toMatchObject({
    alias: 'topo:lab/l',
    group: 5,
    attributes: { up: true, master: 'both', hairpin: true },
  });
});

test('a veth between two namespaces gives each end what is its own', async () => {
  await machine.must(
    bridge('inner', {}, 'b'),
    veth('a:to-b', 'b:to-a', { alias: 'topo:lab/ab', up: true, group: 6 }, { alias: 'topo:lab/ab', up: true, group: 6, master: 'inner' }),
    linkSet('a', 'to-b', { mtu: 1200 }),
  );
  expect((await machine.link('a', 'to-b'))!).toMatchObject({ alias: 'topo:lab/ab', group: 6, attributes: { up: true, mtu: 1200 } });
  expect((await machine.link('b', 'to-a'))!).toMatchObject({ alias: 'topo:lab/ab', group: 6, attributes: { up: true, master: 'inner' } });
  expect((await machine.ip('link show')).map(({ ifname }) => ifname)).not.toContain('to-a');
});

test('attributes of a link change in place, one at a time', async () => {
  await machine.must(bridge('m1'), bridge('m2'), veth('host:c0', 'a:c0', { master: 'm1' }));
  const { index } = (await machine.link('host', 'c0'))!;
  const changes = {
    mac: '02:00:00:00:09:09',
    mtu: 1333,
    master: 'm2',
    txqlen: 3,
    alias: 'topo:lab/new',
    group: 8,
    up: true,
    cost: 9,
    port_priority: 3,
    isolated: true,
  };
  for (const [name, value] of Object.entries(changes)) {
    await machine.must(linkSet('host', 'c0', { [name]: value }));
    expect((await machine.link('host', 'c0'))!.attributes[name]).toBe(value);
  }
  await machine.must(
    linkSet('host', 'm2', { ageing_time: 100, priority: 8192, stp_state: true }),
    linkSet('host', 'c0', { master: '', up: false, alias: '' }),
  );
  expect((await machine.link('host', 'm2'))!.attributes).toMatchObject({ ageing_time: 100, priority: 8192, stp_state: true });
  expect((await machine.link('host', 'c0'))!).toMatchObject({ index, alias: '', attributes: { master: '', up: false } });
});

test('altnames come and go', async () => {
  await machine.must(bridge('alt'), { op: 'altname-add', netns: 'host', name: 'alt', altname: 'a-rather-long-altname-of-a-bridge' });
  await machine.must({ op: 'altname-add', netns: 'host', name: 'alt', altname: 'second' });
  expect((await machine.link('host', 'alt'))!.altnames).toEqual(['a-rather-long-altname-of-a-bridge', 'second']);
  const gone = { op: 'altname-delete', netns: 'host', name: 'alt', altname: 'second' } as const;
  await machine.must(gone, gone);
  expect((await machine.link('host', 'alt'))!.altnames).toEqual(['a-rather-long-altname-of-a-bridge']);
});

test('a name that is taken is refused, and the link that has it is not marked', async () => {
  await machine.sh('ip link add foreign type bridge');
  const outcomes = await machine.run(
    bridge('foreign', { alias: 'topo:lab/mine', mtu: 1234 }),
    veth('host:foreign', 'a:q0', { alias: 'topo:lab/mine' }),
    veth('host:q1', 'host:foreign', {}, { alias: 'topo:lab/mine' }),
  );
  const refusal = { ok: false, errno: 'EEXIST', message: 'a link with that name exists already' };
  expect(outcomes).toEqual([refusal, refusal, refusal]);
  expect((await machine.link('host', 'foreign'))!).toMatchObject({ alias: '', attributes: { mtu: 1500 } });
  expect(await machine.link('host', 'q1')).toBeUndefined();
});

test('a peer whose name is taken leaves nothing behind', async () => {
  await machine.must(veth('host:t0', 'a:taken'));
  const [outcome] = await machine.run(veth('host:t1', 'a:taken', { alias: 'topo:lab/t' }));
  expect(outcome).toMatchObject({ ok: false, errno: 'EEXIST' });
  expect(await machine.link('host', 't1')).toBeUndefined();
});

test('refusals carry the kernel’s sentence, or our own where it says nothing', async () => {
  await machine.must(bridge('refuser'), veth('host:r0', 'a:r0'));
  const outcomes = await machine.run(
    linkSet('host', 'r0', { mtu: 10 }),
    linkSet('host', 'r0', { master: 'nobody' }),
    linkSet('host', 'nobody', { mtu: 1500 }),
    linkSet('nowhere', 'eth0', { mtu: 1500 }),
    veth('host:z0', 'nowhere:z1'),
    linkDelete('host', 'lo'),
  );
  expect(outcomes).toEqual([
    { ok: false, errno: 'EINVAL', message: 'mtu less than device minimum' },
    { ok: false, errno: 'ENODEV', message: 'there is no link named nobody' },
    { ok: false, errno: 'ENODEV', message: 'there is no link with that name, or no master with that name' },
    { ok: false, errno: 'ENOENT', message: 'there is no network namespace named nowhere' },
    { ok: false, errno: 'ENOENT', message: 'there is no network namespace named nowhere' },
    { ok: false, errno: expect.stringMatching(/EOPNOTSUPP|EINVAL/), message: expect.any(String) },
  ]);
});

test('deleting what is gone is no failure', async () => {
  expect(await machine.run(linkDelete('host', 'nobody'), linkDelete('nowhere', 'eth0'))).toEqual([{ ok: true }, { ok: true }]);
});

test('a deleted link’s name is free at once, for an end of another pair', async () => {
  await machine.must(veth('host:again', 'a:again'));
  await machine.must(
    linkSet('host', 'lo', { up: true }),
    linkDelete('a', 'again'),
    veth('host:again', 'b:again'),
    linkSet('b', 'again', { up: true, alias: 'topo:lab/again' }),
  );
  expect((await machine.link('b', 'again'))!.attributes).toMatchObject({ up: true, alias: 'topo:lab/again' });
});

test('altnames of other kinds and links without a mark are read as they are', async () => {
  await machine.sh('ip link add plain type veth peer name plain1 && ip link property add dev plain altname some-other-name');
  expect((await machine.link('host', 'plain'))!).toMatchObject({ altnames: ['some-other-name'], alias: '', group: 0 });
});
