import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Operation } from '../../src/model/operation.js';
import { bridge, netnsAdd, veth } from './operations.js';
import { Machine } from './private.js';

let machine: Machine;
beforeEach(async () => {
  machine = Machine.start();
  await machine.must(netnsAdd('a'), bridge('br0'), bridge('br1'), veth('host:v.10', 'a:eth0.1'));
});
afterEach(() => machine.stop());

const set = (netns: string, key: string, value: string, remember = false): Operation => ({ op: 'sysctl-set', netns, key, value, remember });
const restore = (netns: string, key: string, value: string): Operation => ({ op: 'sysctl-restore', netns, key, value });
const everything = () =>
  machine.sh(
    `cd /proc/sys/net && find ipv4 ipv6 -type f ! -name '*flush*' ! -name stable_secret ! -name tcp_fastopen_key -exec grep -H '' {} + 2>/dev/null | sort`,
  );
const memory = async (netns = 'host') => {
  const { host, namespaces } = await machine.observe();
  return (netns === 'host' ? host : namespaces.find((ns) => ns.netns === netns)!).remembered;
};

test('values are written in the namespace and read there, white space folded', async () => {
  await machine.must(set('a', 'net.ipv4.ip_forward', '1'), set('a', 'net.ipv4.ip_local_port_range', '2000 3000'));
  expect(await machine.sh('ip netns exec a cat /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward')).toBe('1\n0\n');
  const keys = [
    'net.ipv4.ip_forward',
    'net.ipv4.ip_local_port_range',
    'net.ipv6.conf.all.forwarding',
    'net.ipv4.conf.eth0/1.forwarding',
    'net/ipv4/conf/eth0.1/forwarding',
    'net.no.such',
  ];
  const { namespaces, host } = await machine.observe({
    lab: 'lab',
    namespaces: ['a'],
    sysctls: { a: keys, host: ['net.ipv4.ip_forward'] },
  });
  expect(Object.entries(namespaces[0]!.sysctls)).toEqual([
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv4.ip_local_port_range', '2000 3000'],
    ['net.ipv6.conf.all.forwarding', '0'],
    ['net.ipv4.conf.eth0/1.forwarding', '1'],
    ['net/ipv4/conf/eth0.1/forwarding', '1'],
    ['net.no.such', null],
  ]);
  expect(host.sysctls).toEqual({ 'net.ipv4.ip_forward': '0' });
});

test('refusals name the reason, and nothing outside /proc/sys is written', async () => {
  expect(
    await machine.run(set('a', 'net.no.such', '1'), set('a', 'net.ipv4.ip_forward', 'often'), set('a', 'net/../../../run/escaped', '1')),
  ).toEqual([
    { ok: false, errno: 'ENOENT', message: 'this kernel has no such setting here' },
    { ok: false, errno: 'EINVAL', message: 'the setting does not take that value' },
    { ok: false, errno: 'ENOENT', message: 'this kernel has no such setting here' },
  ]);
});

test('the former value is remembered once, restored and forgotten', async () => {
  const key = 'net.ipv4.ip_local_port_range';
  await machine.must(set('a', key, '2000 3000', true), set('a', key, '4000 5000', true));
  expect(await memory('a')).toEqual({ [key]: '32768 60999' });
  const { namespaces } = await machine.observe();
  expect(namespaces[0]!.sysctls).toEqual({ [key]: '4000 5000' });
  await machine.must(restore('a', key, '32768 60999'));
  expect(await memory('a')).toEqual({});
  expect(await machine.sh('ip netns exec a cat /proc/sys/net/ipv4/ip_local_port_range')).toBe('32768\t60999\n');
});

test('a value that is there already is not remembered', async () => {
  await machine.must(set('a', 'net.ipv4.ip_forward', '0', true));
  expect(await memory('a')).toEqual({});
});

test('a refused write leaves what it remembered for the next attempt, and the value alone', async () => {
  const [outcome] = await machine.run(set('a', 'net.ipv4.ip_default_ttl', '70000', true));
  expect(outcome).toMatchObject({ ok: false, errno: 'EINVAL' });
  expect(await machine.sh('ip netns exec a cat /proc/sys/net/ipv4/ip_default_ttl')).toBe('64\n');
});

test.each(['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'])('%s switched on and off leaves every setting as it was', async (key) => {
  const family = key.split('.')[1]!;
  await machine.sh(
    `cd /proc/sys/net; echo 0 > ipv4/conf/all/accept_redirects; echo 1 > ${family}/conf/br0/forwarding; echo 1 > ${family}/conf/v.10/forwarding; echo 1 > ${family}/conf/default/forwarding`,
  );
  const before = await everything();
  await machine.must(set('host', key, '1', true));
  expect(await machine.sh(`cat /proc/sys/net/${family}/conf/br1/forwarding`)).toBe('1\n');
  expect(Object.keys(await memory()).length).toBeGreaterThan(3);
  await machine.must(restore('host', key, '0'));
  expect(await everything()).toBe(before);
  expect(await memory()).toEqual({});
});

test('what somebody else changed in between stays changed', async () => {
  await machine.sh('cd /proc/sys/net/ipv4/conf; echo 1 > br0/forwarding; echo 1 > br1/forwarding');
  await machine.must(set('host', 'net.ipv4.ip_forward', '1', true));
  await machine.sh('echo 0 > /proc/sys/net/ipv4/conf/br1/forwarding');
  await machine.must(restore('host', 'net.ipv4.ip_forward', '0'));
  expect(await machine.sh('cd /proc/sys/net/ipv4/conf; cat br0/forwarding br1/forwarding')).toBe('1\n0\n');
});

test('an interrupted restore is finished by the next', async () => {
  await machine.sh('echo 1 > /proc/sys/net/ipv4/conf/br0/forwarding');
  const before = await everything();
  await machine.must(set('host', 'net.ipv4.ip_forward', '1', true));
  await machine.sh('echo 0 > /proc/sys/net/ipv4/ip_forward');
  await machine.must(restore('host', 'net.ipv4.ip_forward', '0'));
  expect(await everything()).toBe(before);
});

test('restoring the setting of a link that is gone forgets it', async () => {
  const key = 'net.ipv4.conf.br1.rp_filter';
  const former = (await machine.sh('cat /proc/sys/net/ipv4/conf/br1/rp_filter')).trim();
  await machine.must(
    set('host', key, former === '2' ? '1' : '2', true),
    { op: 'link-delete', netns: 'host', name: 'br1' },
    restore('host', key, former),
  );
  expect(await memory()).toEqual({});
});
