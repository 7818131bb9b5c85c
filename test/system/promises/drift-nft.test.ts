/** nftables rules changed by hand: each change is seen, named and put back, and nothing else is touched. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';

const TABLE = 'inet topo_every';
const ID = 'nftables:host/topo_every';

/** The handle of the first rule of a chain that has such words. */
const rule = (chain: string, words: string): string =>
  `$(nft -a list chain ${TABLE} ${chain} | grep -F '${words}' | head -1 | sed 's/.*# handle //')`;

const rules: readonly Drift[] = [
  { name: 'rule deleted', by: `nft delete rule ${TABLE} to-front handle ${rule('to-front', 'drop')}`, seen: [`~ ${ID} chain to-front`] },
  { name: 'rule added at the end', by: `nft add rule ${TABLE} forward counter`, seen: [`~ ${ID} chain forward`] },
  { name: 'rule added at the beginning', by: `nft insert rule ${TABLE} to-front tcp dport 22 accept`, seen: [`~ ${ID} chain to-front`] },
  {
    name: 'port of a published one edited',
    by: `nft replace rule ${TABLE} published handle ${rule('published', 'dnat ip to 10.71.1.10:80')} tcp dport 8080 dnat ip to 10.71.1.10:81 comment '"nodes.web.ports[0]"'`,
    seen: [`~ ${ID} chain published`],
  },
  {
    name: 'comment edited',
    by: `nft replace rule ${TABLE} to-front handle ${rule('to-front', 'drop')} drop comment '"other"'`,
    seen: [`~ ${ID} chain to-front`],
  },
  {
    name: 'verdict edited',
    by: `nft replace rule ${TABLE} to-front handle ${rule('to-front', 'drop')} accept comment '"networks.front"'`,
    seen: [`~ ${ID} chain to-front`],
  },
  {
    name: 'rule moved',
    by: `nft delete rule ${TABLE} to-front handle ${rule('to-front', 'drop')}; nft insert rule ${TABLE} to-front drop comment '"networks.front"'`,
    seen: [`~ ${ID} chain to-front`],
  },
  { name: 'rules flushed', by: `nft flush chain ${TABLE} postrouting`, seen: [`~ ${ID} chain postrouting`] },
  {
    name: 'all rules flushed',
    by: `nft flush table ${TABLE}`,
    seen: [
      `~ ${ID} chain prerouting chain output chain published chain loopback-guard chain dns chain dns-from-back chain dns-from-front chain forward chain from-back chain to-back chain to-front chain to-span chain postrouting chain nat-from-front chain nat-to-front chain nat-from-span chain dns-front.back`,
    ],
  },
];

const chains: readonly Drift[] = [
  { name: 'chain added', by: `nft add chain ${TABLE} mine`, seen: [`~ ${ID} chain mine`] },
  {
    name: 'chain with a hook added',
    by: `nft add chain ${TABLE} mine '{ type filter hook input priority 5; policy accept; }'`,
    seen: [`~ ${ID} chain mine`],
  },
  { name: 'policy changed', by: `nft chain ${TABLE} forward '{ policy drop; }'`, seen: [`~ ${ID} chain forward`] },
  {
    name: 'chain deleted',
    by: `nft flush chain ${TABLE} loopback-guard; nft delete chain ${TABLE} loopback-guard`,
    seen: [`~ ${ID} chain loopback-guard`],
  },
  {
    name: 'priority of a chain changed',
    by: `nft delete chain ${TABLE} loopback-guard; nft add chain ${TABLE} loopback-guard '{ type filter hook prerouting priority -290; policy accept; }'; nft add rule ${TABLE} loopback-guard iifname != '"lo"' ip daddr 127.0.0.0/8 drop comment '"networks"'`,
    seen: [`~ ${ID} chain loopback-guard`],
  },
];

const maps: readonly Drift[] = [
  { name: 'element deleted', by: `nft delete element ${TABLE} forward-to '{ "ek-back" }'`, seen: [`~ ${ID} map forward-to`] },
  { name: 'element added', by: `nft add element ${TABLE} postrouting-from '{ "eth9" : drop }'`, seen: [`~ ${ID} map postrouting-from`] },
  { name: 'element of addresses deleted', by: `nft delete element ${TABLE} dns-4 { 10.71.1.10 }`, seen: [`~ ${ID} map dns-4`] },
  {
    name: 'element of addresses edited',
    by: `nft delete element ${TABLE} dns-6 { fd71:1::10 }; nft add element ${TABLE} dns-6 { fd71:1::10 : accept }`,
    seen: [`~ ${ID} map dns-6`],
  },
  { name: 'map flushed', by: `nft flush map ${TABLE} postrouting-to`, seen: [`~ ${ID} map postrouting-to`] },
];

const others: readonly Drift[] = [
  { name: 'set added', by: `nft add set ${TABLE} mine '{ type ipv4_addr; }'`, seen: [`~ ${ID} other`] },
  {
    name: 'set with elements added',
    by: `nft add set ${TABLE} mine '{ type ipv4_addr; elements = { 10.0.0.1 }; }'`,
    seen: [`~ ${ID} other`],
  },
  { name: 'map added', by: `nft add map ${TABLE} mine '{ type inet_service : verdict; }'`, seen: [`~ ${ID} other`] },
  { name: 'map of addresses added', by: `nft add map ${TABLE} mine '{ type ipv4_addr : verdict; }'`, seen: [`~ ${ID} map mine`] },
  { name: 'counter added', by: `nft add counter ${TABLE} mine`, seen: [`~ ${ID} other`] },
  {
    name: 'rule with a set of its own',
    by: `nft add rule ${TABLE} to-front tcp dport '{ 1, 2 }' accept`,
    seen: [`~ ${ID} chain to-front`],
  },
  { name: 'table deleted', by: `nft delete table ${TABLE}`, seen: [`+ ${ID}`] },
  { name: 'table made dormant', by: `nft add table ${TABLE} '{ flags dormant; }'`, seen: [`~ ${ID} other`] },
];

let built: Built;

beforeAll(async () => {
  built = await Built.create();
});
afterAll(() => built.world.dispose());

test.each([...rules, ...chains, ...maps, ...others])('$name', (drift) => built.check(drift));

test('a table that has lost its mark is foreign: an error, and nothing is changed', () => {
  const { world, file } = built;
  world.must(`nft delete table ${TABLE}; nft add table ${TABLE}`);
  const before = world.snapshot();
  const { status, stderr } = world.topo(['apply', '--yes', file]);
  expect(status).toBe(1);
  expect(stderr).toContain('[foreign-nft-table]');
  expect(stderr).toMatch(/topo\.yaml:\d+:\d+: error/);
  expect(world.snapshot()).toBe(before);
});
