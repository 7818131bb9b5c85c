import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AddressOperation } from '../../src/model/operation.js';
import { address, linkSet, netnsAdd, veth } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeAll(async () => {
  machine = Machine.start();
  await machine.must(
    netnsAdd('a'),
    veth('host:v0', 'a:eth0', { up: true }),
    linkSet('a', 'eth0', { up: true }),
    linkSet('a', 'lo', { up: true }),
  );
});
afterAll(() => machine.stop());

const addresses = async () => (await machine.observe({ lab: 'lab' })).namespaces[0]!.addresses;
const found = async (cidr: string) => (await addresses()).find((entry) => entry.address === cidr);
const usual = {
  dev: 'eth0',
  scope: 'global',
  broadcast: '',
  nodad: false,
  permanent: true,
  noprefixroute: false,
  metric: 0,
  protocol: 0,
  peer: '',
};

const cases: readonly (readonly [string, string, Partial<AddressOperation>])[] = [
  ['IPv4 with broadcast', '10.0.0.1/24', { broadcast: '10.0.0.255' }],
  ['IPv4 without broadcast', '10.0.1.1/24', {}],
  ['IPv4 /32', '10.0.2.1/32', {}],
  ['IPv4 of link scope', '169.254.3.1/16', { scope: 'link' }],
  ['IPv4 of a scope without a name', '10.0.4.1/24', { scope: '77' }],
  ['IPv6 with duplicate address detection', '2001:db8::1/64', {}],
  ['IPv6 without', '2001:db8:1::1/64', { nodad: true }],
];
test.each(cases)('%s: what is asked for is what is read, and goes again', async (_, cidr, more) => {
  const operation = address('a', 'eth0', cidr, more);
  await machine.must(operation);
  expect(await found(cidr)).toEqual({ ...usual, address: cidr, ...more });
  const [local, prefixlen] = cidr.split('/');
  const [link] = await machine.ip<{ addr_info: unknown[] }[]>('-n a addr show eth0');
  const text = more.broadcast === undefined ? {} : { broadcast: more.broadcast };
  const nodad = more.nodad === true ? { nodad: true } : {};
  expect(link!.addr_info).toContainEqual(expect.objectContaining({ local, prefixlen: Number(prefixlen), ...text, ...nodad }));
  await machine.must({ ...operation, op: 'address-delete' }, { ...operation, op: 'address-delete' });
  expect(await found(cidr)).toBeUndefined();
});

test.each(['10.1.0.1/24', '2001:db8:11::1/64'])('replacing %s, which has a lifetime, makes it permanent', async (cidr) => {
  await machine.sh(`ip -n a addr add ${cidr} dev eth0 valid_lft 1000 preferred_lft 500`);
  expect(await found(cidr)).toMatchObject({ permanent: false });
  await machine.must(address('a', 'eth0', cidr, { op: 'address-replace' }));
  expect(await found(cidr)).toMatchObject({ permanent: true });
});

test('what others gave an address is read too', async () => {
  await machine.sh('ip -n a addr add 10.2.0.1 peer 10.2.0.2/32 dev eth0');
  await machine.sh('ip -n a addr add 10.3.0.1/24 dev eth0 noprefixroute valid_lft 1000 preferred_lft 500');
  expect(await found('10.2.0.1/32')).toEqual({ ...usual, address: '10.2.0.1/32', peer: '10.2.0.2' });
  expect(await found('10.3.0.1/24')).toMatchObject({ noprefixroute: true, permanent: false });
  expect(await found('127.0.0.1/8')).toMatchObject({ dev: 'lo', scope: 'host' });
  expect(await found('::1/128')).toMatchObject({ dev: 'lo', scope: 'host', protocol: 1 });
  expect((await addresses()).find((entry) => entry.address.startsWith('fe80:'))).toMatchObject({ scope: 'link', protocol: 3 });
});

test('refusals name the reason', async () => {
  const twice = address('a', 'eth0', '10.9.0.1/24');
  await machine.must(twice);
  expect(
    await machine.run(
      twice,
      address('a', 'nolink', '10.9.0.2/24'),
      address('a', 'eth0', '10.9.0.3/24', { broadcast: '10.9.0.255', scope: '300' }),
    ),
  ).toEqual([
    { ok: false, errno: 'EEXIST', message: 'ipv4: Address already assigned' },
    { ok: false, errno: 'ENODEV', message: 'there is no link named nolink' },
    { ok: false, errno: 'EINVAL', message: 'ipv4: Invalid scope value' },
  ]);
  await machine.sh('ip netns exec a sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1');
  const [outcome] = await machine.run(address('a', 'eth0', '2001:db8:9::1/64'));
  expect(outcome).toEqual({ ok: false, errno: 'EACCES', message: expect.stringMatching(/IPv6 is disabled/) });
});
