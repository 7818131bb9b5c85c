/** What somebody adds to a node in words that the language does not have: seen, taken away again exactly, and nothing of the lab's with it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';
import { operationsOf, planOf } from './program.js';
import { comparable, expectSame, mustRollBack } from './rollback.js';

const inRouter = (...commands: readonly string[]): string => commands.map((words) => `ip -n every.router ${words}`).join(' && ');
const OWN = 'rule:every.router/priority 1000 from 10.71.2.0/24 table 100';

const rules: readonly Drift[] = [
  {
    name: 'rules with words of their own',
    by: inRouter(
      ...['to 192.0.2.4 blackhole', 'iif mid prohibit', 'iif mid nop', 'fwmark 1/3 table 5', 'uidrange 0-5 table 5', 'l3mdev'].map(
        (words, i) => `rule add ${words} priority ${500 + i}`,
      ),
      'rule add from 192.0.2.0/24 sport 1-5 dport 7 ipproto udp tos 0x10 realms 3/4 suppress_prefixlength 0 table 5 priority 510',
      'rule add from 192.0.2.0/24 goto 1000 priority 511',
      '-6 rule add from fd00::/8 unreachable priority 512',
    ),
    seen: [
      '- rule:every.router/ipv6 priority 512 from fd00::/8 other unreachable table 0',
      '- rule:every.router/priority 500 to 192.0.2.4/32 other blackhole table 0',
      '- rule:every.router/priority 501 iif mid other prohibit table 0',
      '- rule:every.router/priority 502 iif mid other nop table 0',
      '- rule:every.router/priority 503 fwmark 1 other fwmask 3 table 5',
      '- rule:every.router/priority 504 other uidrange 0-5 table 5',
      '- rule:every.router/priority 505 other l3mdev table 0',
      '- rule:every.router/priority 510 from 192.0.2.0/24 other tos 0x10 suppress_prefixlength 0 sport 1-5 dport 7 ipproto 17 realms 3/4 table 5',
      '- rule:every.router/priority 511 from 192.0.2.0/24 other goto 1000 table 0',
    ],
  },
  {
    name: 'a rule that has all that the lab’s has, and more',
    by: inRouter('rule add from 10.71.2.0/24 priority 1000 table 100 ipproto tcp'),
    seen: ['- rule:every.router/priority 1000 from 10.71.2.0/24 other ipproto 6 table 100'],
  },
  {
    name: 'the lab’s rule turned round: to the kernel a request to delete one is a request to delete the other',
    by: inRouter('rule add not from 10.71.2.0/24 priority 1000 table 100'),
    seen: ['- rule:every.router/priority 1000 from 10.71.2.0/24 other not table 100', `~ ${OWN}`],
  },
  {
    name: 'a rule that has less than the lab’s',
    by: inRouter('rule add priority 1000 table 100'),
    seen: ['- rule:every.router/priority 1000 table 100', `~ ${OWN}`],
  },
];

const routes: readonly Drift[] = [
  {
    name: 'routes with words of their own',
    by: inRouter(
      'route add 192.0.2.0/24 via 10.71.9.1 tos 4',
      'route add 192.0.2.0/24 via 10.71.9.1 metric 5 mtu 1200 advmss 100 rtt 5 window 1000 initcwnd 3 realms 2/3',
      '-6 route add fd99::/64 from fd71:9::/64 via fd71:9::1',
      '-6 route add fd98::/64 via fd71:9::1 pref high',
      'route add local 192.0.2.7 dev lo',
      '-6 route add anycast fd97::5 dev up',
    ),
    seen: [
      '- route:every.router/192.0.2.0/24 metric 5',
      '- route:every.router/192.0.2.0/24 tos 0x4',
      '- route:every.router/fd98::/64',
      '- route:every.router/fd99::/64 from fd71:9::/64',
      '- route:every.router/table 255 192.0.2.7/32',
      '- route:every.router/table 255 fd97::5/128',
    ],
  },
  {
    name: 'a route of the lab with a window of somebody’s',
    by: inRouter('route change 10.73.0.0/16 via 10.71.9.1 metric 50 proto 84 src 10.71.9.2 mtu 1300 window 1000 advmss 500'),
    seen: ['~ route:every.router/10.73.0.0/16 metric 50 other'],
  },
];

const addresses: readonly Drift[] = [
  {
    name: 'addresses with another end',
    by: inRouter(
      'addr add 192.0.2.1 peer 192.0.2.2 dev up',
      'addr add 10.71.9.2 peer 192.0.2.9 dev up',
      '-6 addr add fd99::1/128 peer fd99::2/128 dev up nodad',
    ),
    seen: [
      '- address:every.router/up/10.71.9.2/32',
      '- address:every.router/up/192.0.2.1/32',
      '- address:every.router/up/fd99::1/128',
      '~ route:every.router/10.73.0.0/16 metric 50',
    ],
  },
  {
    name: 'metric of the route to the subnet of an address',
    by: inRouter('addr change 10.71.9.2/30 dev up metric 9'),
    seen: ['~ address:every.router/up/10.71.9.2/30 metric'],
  },
  {
    name: 'an address that is answered for',
    by: inRouter('neigh add proxy 192.0.2.45 dev up', '-6 neigh add proxy fd99::45 dev up'),
    seen: ['- neighbour:every.router/up/192.0.2.45 proxy', '- neighbour:every.router/up/fd99::45 proxy'],
  },
];

let built: Built;

beforeAll(async () => {
  built = await Built.create();
});
afterAll(() => built.world.dispose());

test.each([...rules, ...routes, ...addresses])('$name', (drift) => built.check(drift));

test('the script of the plan does the same', () => {
  const { world, file } = built;
  world.must(
    [rules, routes, addresses]
      .flatMap((drifts) => drifts.slice(0, 1))
      .map(({ by }) => by)
      .join(' && '),
  );
  const script = world.file('by-hand.sh', world.mustTopo('plan', '--format', 'shell', file));
  world.must(`sh ${script}`);
  expect(world.mustTopo('plan', file)).toContain('No changes.');
});

test('what was taken away is there again, exactly, when the apply is taken back', async () => {
  const { world, file } = built;
  world.must(
    [rules, routes, addresses]
      .flatMap((drifts) => drifts.slice(0, 1))
      .map(({ by }) => by)
      .join(' && '),
  );
  const before = await comparable(world);
  mustRollBack(world, operationsOf(planOf(world, file)), 'apply', '--yes', file);
  await expectSame(world, before, 'the last operation was refused');
});
