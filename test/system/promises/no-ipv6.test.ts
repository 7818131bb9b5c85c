/** Hosts where IPv6 is switched off, and kernels that have none. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { World } from '../world.js';

let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(() => world.dispose());

const lab = (subnets: string): string => `name: lab
networks: { front: { subnet: ${subnets} } }
nodes:
  a: { networks: [front], ports: ['8080:80'], forwarding: true }
  b: { networks: [front], ipv6: false }
`;
const IPV4 = lab('10.71.1.0/24');
const DUAL = lab("[10.71.1.0/24, 'fd71:1::/64']");

it.each([
  ['IPv4', IPV4, '10.71.1.1'],
  ['both families', DUAL, 'fd71:1::1'],
])('where the host has switched IPv6 off for itself, a lab of %s works, and the setting stays', (_what, text, gateway) => {
  world.must('sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1');
  const file = world.file('topo.yaml', text);
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', file)).toContain('No changes.');
  expect(world.in('lab.a', `ping -c 1 -W 5 ${gateway}`).status).toBe(0);
  world.mustTopo('destroy', '--yes', file);
  expect(world.must('sysctl -n net.ipv6.conf.all.disable_ipv6 net.ipv6.conf.default.disable_ipv6')).toBe('1\n1\n');
});

/** What topo knows such a kernel by; a machine that has IPv6 cannot be without it otherwise. */
const HIDE = 'mkdir /run/nothing && mount --bind /run/nothing /proc/sys/net/ipv6';

it('where there are no settings of IPv6, a lab of IPv4 is built, changed and destroyed', () => {
  world.must(HIDE);
  const file = world.file('topo.yaml', IPV4);
  world.mustTopo('apply', '--yes', file);
  expect(world.mustTopo('plan', file)).toContain('No changes.');
  expect(world.in('lab.b', 'ping -c 1 -W 5 10.71.1.1').status).toBe(0);
  world.mustTopo('apply', '--yes', world.file('topo.yaml', IPV4.replace('10.71.1.0', '10.71.2.0')));
  world.mustTopo('destroy', '--yes', file);
});

it('where there are none, what wants IPv6 is an error before any change', () => {
  world.must(HIDE);
  const file = world.file('topo.yaml', `${DUAL}  c: { network_mode: none, sysctls: { net.ipv6.conf.lo.hop_limit: 9 } }\n`);
  const before = world.must('ip -j link; ls /run/netns');
  for (const command of ['plan', 'apply --yes']) {
    const { status, stderr } = world.topo([...command.split(' '), file]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /:2:\d+: error: IPv6 addresses are wanted \(networks\.front, nodes\.a\.networks\.front.*this kernel has no IPv6 \[ipv6-missing\]/,
    );
    expect(stderr).toMatch(/:6:\d+: error: this kernel has no setting net\.ipv6\.conf\.lo\.hop_limit/);
  }
  expect(world.must('ip -j link; ls /run/netns')).toBe(before);
});
