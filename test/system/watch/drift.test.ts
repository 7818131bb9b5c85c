/** What somebody changes by hand is told, object by object, and put right; and nothing else is touched. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { EVERY_KIND } from '../promises/every-kind.js';
import { picture, portable, settled, type Picture } from '../promises/machine.js';
import { differences, eventually, Watcher } from './watcher.js';

let world: World;
let before: Picture;
let watcher: Watcher;

beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  world.file('topo.yaml', EVERY_KIND);
  world.must('ip netns add other; ip link add other0 type veth peer name eth0 netns other; ip addr add 192.0.2.1/24 dev other0');
  world.must('nft add table inet other; nft add chain inet other c; nft add rule inet other c counter');
  // Behind the others': tables are listed in the order in which they were made.
  world.mustTopo('apply', '--yes');
  before = await settled(world);
  watcher = await Watcher.start(world, ['--repair']);
  await watcher.until('in-sync');
});
afterAll(() => world.dispose());

const SET = '/run/topo/names/every';

test.each<readonly [what: string, by: string, seen: readonly string[]]>([
  ['MTU of a link in a node', 'ip -n every.web link set front0 mtu 1400', ['~ veth:every.web/front0 mtu']],
  ['attribute of a bridge', 'ip link set ek-back type bridge hello_time 300', ['~ bridge:host/ek-back hello_time']],
  ['attribute of a port', 'ip link set ek-web type bridge_slave isolated on', ['~ veth:every.web/front0 peer_isolated']],
  [
    'altname',
    'ip link property add dev ek-rack-none altname x 2>/dev/null || ip link property add dev ek-back altname mine',
    ['~ bridge:host/ek-back altnames'],
  ],
  ['link added', 'ip -n every.leaf link add mine type bridge', ['- link:every.leaf/mine']],
  ['address added', 'ip -n every.leaf addr add 10.99.9.9/24 dev mid', ['- address:every.leaf/mid/10.99.9.9/24']],
  ['address removed', 'ip -n every.leaf addr del 10.71.10.2/30 dev mid', ['+ address:every.leaf/mid/10.71.10.2/30']],
  ['IPv6 address removed', 'ip -n every.router addr del fd71:ff::1/128 dev lo', ['+ address:every.router/lo/fd71:ff::1/128']],
  ['route removed', 'ip -n every.router route del 10.72.0.0/16', ['+ route:every.router/10.72.0.0/16']],
  ['route changed', 'ip -n every.router route change 10.75.0.0/16 dev up proto 84', ['~ route:every.router/10.75.0.0/16 dev']],
  ['IPv6 route added', 'ip -n every.router -6 route add fd99::/64 dev up', ['- route:every.router/fd99::/64']],
  ['rule removed', 'ip -n every.router rule del priority 1000', ['+ rule:every.router/priority 1000 from 10.71.2.0/24 table 100']],
  ['neighbour removed', 'ip -n every.web neigh del 10.71.1.77 dev front0', ['+ neighbour:every.web/front0/10.71.1.77']],
  ['limit of a link removed', 'tc -n every.router qdisc del dev cut root', ['+ qdisc:every.router/cut']],
  [
    'limit of a link changed',
    'tc -n every.router qdisc change dev cut root tbf rate 1mbit burst 50000 limit 675000',
    ['~ qdisc:every.router/cut rate'],
  ],
  [
    'entry of a forwarding table removed',
    'bridge fdb del 02:00:00:00:05:20 dev $(ip -br link show type vxlan | cut -d" " -f1) self dst 10.71.1.20',
    ['+ fdb:host/vx-d3ed5b1f'],
  ],
  ['rules flushed', 'nft flush chain inet topo_every postrouting', ['~ nftables:host/topo_every chain postrouting']],
  ['rules on a simulated host', 'ip netns exec every.m1 nft add chain inet topo_every mine', ['~ nftables:every.m1/topo_every chain mine']],
  ['forwarding of a node', 'ip netns exec every.router sysctl -qw net.ipv4.ip_forward=0', ['~ netns:every.router net.ipv4.ip_forward']],
  [
    'setting that the kernel announces',
    'ip netns exec every.web sysctl -qw net.ipv4.conf.all.rp_filter=0',
    ['~ sysctl:every.web/net.ipv4.conf.all.rp_filter value'],
  ],
  ['command killed', 'pkill -KILL -f "^sleep 100002"', ['~ process:guest/idle state']],
  ['hosts file edited', `echo 192.0.2.9 mine >> $(ls -d ${SET}/*back* | head -1)/hosts`, []],
  ['link to files removed', 'rm /etc/netns/every.web', ['~ netns:every.web names']],
  ['mark of a node removed', 'ip -n every.router link property del dev lo altname joined:every.guest', ['+ joined:every.router/guest']],
])('%s', async (_what, by, seen) => {
  world.must(by);
  const drift = await watcher.until('drift');
  if (seen.length === 0) expect(differences(drift)).not.toEqual([]);
  else expect(differences(drift)).toEqual([...seen]);
  expect(await watcher.until('repair')).toMatchObject({ outcome: 'complete', refusals: [] });
  await watcher.until('in-sync');
});

test.each<readonly [what: string, by: string, object: string]>([
  ['link deleted', 'ip link del ek-web', 'veth:every.web/front0'],
  ['bridge deleted', 'ip link del ek-back', 'bridge:host/ek-back'],
  ['table deleted', 'nft delete table inet topo_every', 'nftables:host/topo_every'],
  ['namespace deleted', 'ip netns del every.alone', 'netns:every.alone'],
  ['namespace with links deleted', 'ip netns del every.leaf', 'netns:every.leaf'],
])('%s, and all that went with it', async (_what, by, object) => {
  world.must(by);
  await watcher.until('drift', (event) => differences(event).includes(`+ ${object}`));
  await watcher.until('in-sync');
  await eventually(
    () => world.topo(['status', '--quiet']).status === 0,
    () => `${world.topo(['plan']).stdout}${JSON.stringify(watcher.told.slice(-5))}`,
  );
});

test('what is nobody’s or somebody else’s is as it was', async () => {
  let now = portable(picture(world));
  await eventually(
    () => JSON.stringify((now = portable(picture(world)))) === JSON.stringify(portable(before)),
    () => JSON.stringify(now),
  ).catch(() => undefined);
  expect(now).toEqual(portable(before));
  expect(watcher.errors).toBe('');
});
