import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RouteOperation } from '../../src/model/routes.js';
import { address, linkSet, netnsAdd, route, veth, selectors } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeAll(async () => {
  machine = Machine.start();
  await machine.must(
    netnsAdd('a'),
    veth('host:v0', 'a:eth0', { up: true }),
    linkSet('a', 'lo', { up: true }),
    linkSet('a', 'eth0', { up: true }),
    address('a', 'eth0', '10.0.0.2/24'),
    address('a', 'eth0', '2001:db8::2/64', { nodad: true }),
  );
});
afterAll(() => machine.stop());

const routes = async () => (await machine.observe()).namespaces[0]!.routes;
const found = async (to: string, table = 254) => (await routes()).filter((entry) => entry.to === to && entry.table === table);

const cases: readonly (readonly [string, string, Partial<RouteOperation>, object])[] = [
  ['a default route', '0.0.0.0/0', { via: '10.0.0.1', dev: 'eth0' }, {}],
  ['all there is', '10.5.0.0/16', { via: '10.0.0.1', dev: 'eth0', src: '10.0.0.2', metric: 77, mtu: 1300 }, {}],
  ['a link route', '10.6.0.0/16', { dev: 'eth0', scope: 'link' }, {}],
  ['a gateway off the link', '10.7.0.0/16', { via: '192.168.9.9', dev: 'eth0', onlink: true }, {}],
  ['a small table', '10.8.0.0/16', { via: '10.0.0.1', dev: 'eth0', table: 100 }, {}],
  ['a large table', '10.8.0.0/16', { via: '10.0.0.1', dev: 'eth0', table: 100000 }, {}],
  ['a blackhole', '10.9.0.0/16', { type: 'blackhole' }, {}],
  ['unreachable', '10.10.0.0/16', { type: 'unreachable' }, {}],
  ['prohibit', '10.11.0.0/16', { type: 'prohibit' }, {}],
  ['throw', '10.12.0.0/16', { type: 'throw' }, {}],
  ['an IPv6 gateway', '10.13.0.0/16', { via: '2001:db8::1', dev: 'eth0' }, {}],
  ['IPv6 default', '::/0', { via: '2001:db8::1', dev: 'eth0', metric: 1024 }, {}],
  ['IPv6 with all there is', '2001:db8:5::/48', { via: '2001:db8::1', dev: 'eth0', src: '2001:db8::2', metric: 7, mtu: 1300 }, {}],
  ['IPv6 without a metric', '2001:db8:6::/48', { via: '2001:db8::1', dev: 'eth0' }, { metric: 1024 }],
  ['IPv6 blackhole', '2001:db8:7::/48', { type: 'blackhole', metric: 1024 }, { dev: 'lo' }],
];
test.each(cases)('%s: what is asked for is what is read, and goes again', async (_, to, more, differs) => {
  const operation = route('a', to, more);
  await machine.must(operation);
  const asked = selectors(operation);
  expect(await found(to, operation.table)).toEqual([{ ...asked, nexthops: [], key: '', other: '', dynamic: false, ...differs }]);
  const family = to.includes(':') ? '-6' : '-4';
  const text = await machine.sh(`ip -n a ${family} -N route show table ${operation.table} proto 84`);
  expect(text.trim().split('\n')).toHaveLength(1);
  await machine.must({ ...operation, op: 'route-delete' }, { ...operation, op: 'route-delete' });
  expect(await found(to, operation.table)).toEqual([]);
});

test('replacing changes the gateway in place', async () => {
  const first = route('a', '10.20.0.0/16', { via: '10.0.0.1', dev: 'eth0' });
  await machine.must(first, { ...first, op: 'route-replace', via: '10.0.0.7', mtu: 1280 });
  expect(await found('10.20.0.0/16')).toMatchObject([{ via: '10.0.0.7', mtu: 1280 }]);
  const six = route('a', '2001:db8:20::/48', { via: '2001:db8::1', dev: 'eth0', metric: 1024 });
  await machine.must(six, { ...six, op: 'route-replace', via: '2001:db8::7' });
  expect(await found('2001:db8:20::/48')).toMatchObject([{ via: '2001:db8::7', nexthops: [] }]);
});

test('what the kernel and others make is told apart', async () => {
  await machine.sh('ip -n a route add 10.30.0.0/16 nexthop via 10.0.0.1 weight 3 nexthop via 10.0.0.5');
  await machine.sh('ip -n a -6 route add 2001:db8:30::/48 via 2001:db8::1 expires 1000');
  await machine.sh('ip -n a -6 route add 2001:db8:31::/48 via 2001:db8::1 proto ra');
  expect(await found('10.30.0.0/16')).toMatchObject([{ nexthops: ['10.0.0.1 eth0 3', '10.0.0.5 eth0 1'], dev: '', protocol: 3 }]);
  expect(await found('2001:db8:30::/48')).toMatchObject([{ dynamic: true }]);
  expect(await found('2001:db8:31::/48')).toMatchObject([{ dynamic: true, protocol: 9 }]);
  expect(await found('10.0.0.0/24')).toMatchObject([{ protocol: 2, scope: 'link', src: '10.0.0.2', dev: 'eth0' }]);
  expect(await found('fe80::/64')).toMatchObject([{ protocol: 2 }]);
  expect((await routes()).filter(({ table, type }) => table === 255 || type === 'local')).toEqual([]);
});

test('refusals name the reason', async () => {
  const twice = route('a', '10.40.0.0/16', { via: '10.0.0.1', dev: 'eth0' });
  await machine.must(twice);
  expect(
    await machine.run(
      twice,
      route('a', '10.41.0.0/16', { via: '172.16.0.1', dev: 'eth0' }),
      route('a', '10.42.1.0/16', { via: '10.0.0.1', dev: 'eth0' }),
      route('a', '10.43.0.0/16', { via: '10.0.0.1', dev: 'nolink' }),
      route('a', '10.44.0.0/16', { via: '10.0.0.1', dev: 'eth0' }),
    ),
  ).toEqual([
    { ok: false, errno: 'EEXIST', message: 'a route to that destination exists already' },
    { ok: false, errno: 'ENETUNREACH', message: 'Nexthop has invalid gateway' },
    { ok: false, errno: 'EINVAL', message: 'Invalid prefix for given prefix length' },
    { ok: false, errno: 'ENODEV', message: 'there is no link named nolink' },
    { ok: true },
  ]);
});

test('routes by the thousand are all read', async () => {
  const many = Array.from({ length: 3000 }, (_, i) => route('a', `10.${100 + (i >> 8)}.${i & 255}.0/24`, { via: '10.0.0.1', dev: 'eth0' }));
  await machine.must(...many);
  expect((await routes()).filter(({ to }) => to.endsWith('.0/24') && to !== '10.0.0.0/24')).toHaveLength(3000);
});
