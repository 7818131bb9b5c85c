/** What happens to a calico network as hosts and nodes come and go, and to what others do in it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probe } from '../traffic/probe.js';
import { until } from '../routing/until.js';
import { TOPO, World } from '../world.js';
import { capture } from './capture.js';
import { apply, calicoLab, learned, NODES, sessions } from './lab.js';

let world: World;
let before: string;

beforeAll(async () => {
  world = await World.create();
  world.must('sysctl -qw net.ipv6.conf.default.accept_dad=0');
  before = world.snapshot();
  apply(world, calicoLab(''));
  await learned(world, 'h1', 1);
  await learned(world, 'h2', 1);
}, 60_000);
afterAll(() => world.dispose());

const planned = (text: string): readonly string[] => {
  world.file('topo.yaml', text);
  const { actions } = JSON.parse(world.mustTopo('plan', '--json')) as { actions: { id: string; action: string }[] };
  return actions.map(({ id, action }) => `${action} ${id}`).sort();
};
const pid = (host: string): string => world.must(`cat /run/topo/run/cal/${host}/@bird/pid`);

describe('a node that comes', () => {
  const more = `${NODES}\n  d: { host: h1, networks: { pods: { ipv4_address: 10.244.1.7, host_interface: cali-d } } }`;

  it('is a matter of its own host: a veth, a route, its place in the rules; no other host hears of it', () => {
    expect(planned(calicoLab('', more)).filter((action) => !action.includes('cal.d'))).toEqual([
      'create route:cal.h1/10.244.1.7/32',
      ...['forwarding', 'proxy_arp', 'route_localnet'].map((key) => `create sysctl:cal.h1/net.ipv4.conf.cali-d.${key}`),
      'create sysctl:cal.h1/net.ipv4.neigh.cali-d.proxy_delay',
      ...['accept_ra', 'disable_ipv6'].map((key) => `create sysctl:cal.h1/net.ipv6.conf.cali-d.${key}`),
      'update names:host/pods',
      'update nftables:cal.h1/topo_cal',
    ]);
  });

  it('is reached at once, and gone again', async () => {
    apply(world, calicoLab('', more));
    expect(await probe(world, 'cal.c', 'ping 10.244.1.7')).toBe('answer');
    apply(world, calicoLab(''));
    expect(await probe(world, 'cal.c', 'ping 10.244.1.7')).toBe('timeout');
  });
});

describe('a host that comes', () => {
  const more = `${NODES}\n  e: { host: h3, networks: { pods: 10.244.3.5 } }`;

  it('changes nothing on the others but whom they talk to; the sessions that are up stay up', async () => {
    const [own, process] = [sessions(world, 'h1'), pid('h1')];
    expect(own).toHaveLength(1);
    const actions = planned(calicoLab('', more, 3)).filter((action) => /cal\.h[12]\/|[:/]h[12][./]/.test(action));
    expect(actions).toEqual([
      'update names:host/h1.bird',
      'update names:host/h2.bird',
      'update process:h1/@bird',
      'update process:h2/@bird',
    ]);
    apply(world, calicoLab('', more, 3));
    await learned(world, 'h1', 2);
    await learned(world, 'h3', 2);
    expect(await probe(world, 'cal.e', 'ping 10.244.1.5')).toBe('answer');
    expect(sessions(world, 'h1')).toEqual(expect.arrayContaining([...own]));
    expect(pid('h1')).toBe(process);
  }, 60_000);

  it('takes its block along when it goes', async () => {
    apply(world, calicoLab(''));
    await learned(world, 'h1', 1);
    expect(world.in('cal.h1', 'ip route show 10.244.3.0/26').stdout).toBe('');
  }, 60_000);
});

describe('changed by hand', () => {
  const inH1 = (command: string): string => world.must(`ip netns exec cal.h1 ${command}`);
  const rows: readonly (readonly [what: string, by: string, seen: readonly string[]])[] = [
    ['the blackhole of the block', 'ip route del blackhole 10.244.1.0/26', ['create route:cal.h1/10.244.1.0/26']],
    ['the route to a node', 'ip route del 10.244.1.5', ['create route:cal.h1/10.244.1.5/32']],
    ['a route that nobody declared', 'ip route add 10.99.0.0/16 dev cali-a', ['delete route:cal.h1/10.99.0.0/16']],
    ['proxy ARP', 'sysctl -qw net.ipv4.conf.cali-a.proxy_arp=0', ['update sysctl:cal.h1/net.ipv4.conf.cali-a.proxy_arp']],
    ['its delay', 'sysctl -qw net.ipv4.neigh.cali-a.proxy_delay=80', ['update sysctl:cal.h1/net.ipv4.neigh.cali-a.proxy_delay']],
    ['the MAC of the gateway', 'ip link set cali-a address 02:00:00:00:00:01', ['update veth:cal.a/eth0']],
    [
      'an address of the gateway',
      'ip addr add 10.9.9.9/32 dev cali-a',
      ['delete address:cal.h1/cali-a/10.9.9.9/32', 'update route:cal.h1/10.244.1.5/32'],
    ],
    ['the rule against foreign addresses', 'nft flush chain inet topo_cal arriving-from-pods', ['update nftables:cal.h1/topo_cal']],
    ['a node out of the rules', 'nft delete element inet topo_cal postrouting-from \'{ "cali-a" }\'', ['update nftables:cal.h1/topo_cal']],
  ];

  it.each(rows)('%s is seen and put back', (_what, by, seen) => {
    inH1(by);
    expect(planned(calicoLab(''))).toEqual(seen);
    apply(world, calicoLab(''));
  });

  it('the default route of a node is put back, and its gateway with it', () => {
    world.must('ip -n cal.a route del 169.254.1.1');
    expect(planned(calicoLab(''))).toContain('create route:cal.a/169.254.1.1/32');
    apply(world, calicoLab(''));
  });

  it('a daemon that was ended is started again', () => {
    world.must('kill -9 $(ip netns pids cal.h1 | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done); sleep 0.3');
    expect(planned(calicoLab(''))).toEqual(['update process:h1/@bird']);
    apply(world, calicoLab(''));
  });

  it('what the daemon has learned is no drift', async () => {
    await learned(world, 'h1', 1);
    inH1('ip route add 10.244.9.0/26 via 192.168.50.12 proto bird');
    expect(planned(calicoLab(''))).toEqual([]);
    inH1('ip route del 10.244.9.0/26 proto bird');
  });
});

describe('plans while daemons start and end', () => {
  it('see processes at most, and never a route of theirs', async () => {
    await learned(world, 'h1', 1);
    const end = (host: string): void =>
      void world.sh(`kill -9 $(ip netns pids cal.${host} | while read p; do ! grep -qx bird /proc/$p/comm || echo $p; done)`);
    const file = world.file('topo.yaml', calicoLab(''));
    const seen: string[] = [];
    let restarts = 0;
    // One daemon is gone, comes back, and has its routes again, while the other's routes go with the session.
    const restarting = (async (): Promise<void> => {
      for (; restarts < 2; restarts += 1) {
        end(restarts % 2 === 0 ? 'h1' : 'h2');
        const { status, stdout, stderr } = await world.later(null, `${process.execPath} ${TOPO} apply --yes ${file}`);
        if (status !== 0) throw new Error(`${stdout}${stderr}`);
        await learned(world, 'h1', 1);
        await learned(world, 'h2', 1);
      }
    })();
    const planning = (async (): Promise<void> => {
      while (restarts < 2) {
        const { stdout } = await world.later(null, `${process.execPath} ${TOPO} plan --json ${file}`);
        seen.push(...(JSON.parse(stdout) as { actions: { id: string }[] }).actions.map(({ id }) => id));
      }
    })();
    await Promise.all([restarting, planning]);
    expect(seen.filter((id) => !/^process:h[12]\/@bird$/.test(id))).toEqual([]);
    expect(planned(calicoLab(''))).toEqual([]);
  }, 60_000);
});

describe('another block size', () => {
  const smaller = calicoLab(', block_size: 28');

  it('keeps written addresses and interfaces: the blackholes and what is announced change, and hosts learn the new blocks', async () => {
    const actions = planned(smaller);
    expect(actions.filter((action) => /(veth|address|netns|nftables|loopback):/.test(action))).toEqual([]);
    expect(actions).toEqual(expect.arrayContaining(['delete route:cal.h1/10.244.1.0/26', 'create route:cal.h1/10.244.1.0/28']));
    apply(world, smaller);
    expect(await until(world, 'cal.h1', 'ip route show 10.244.2.0/28', /proto bird/)).toContain('via 192.168.50.12');
    await until(world, 'cal.h1', 'ip route show 10.244.2.0/26', /^$/);
    expect(await probe(world, 'cal.a', 'ping 10.244.2.5')).toBe('answer');
    // BIRD's own comparison of prefix sets would not tell these two apart.
    for (const size of [26, 27]) {
      apply(world, calicoLab(`, block_size: ${size}`));
      await until(world, 'cal.h1', `ip route show 10.244.2.0/${size}`, /proto bird/);
    }
    expect(await probe(world, 'cal.a', 'ping 10.244.2.5')).toBe('answer');
    apply(world, calicoLab(''));
    await until(world, 'cal.h1', 'ip route show 10.244.2.0/27', /^$/);
    await until(world, 'cal.h1', 'ip route show 10.244.2.0/28', /^$/);
    await learned(world, 'h1', 1);
    await learned(world, 'h2', 1);
  }, 60_000);
});

describe('a foreign source address', () => {
  const spoofed = async (): Promise<readonly string[]> => {
    const { stop } = await capture(world, 'cal.h2', 'eth0', 'icmp and src 10.244.1.6');
    world.in('cal.a', 'ip addr add 10.244.1.6/32 dev lo; ping -c 1 -W 1 -I 10.244.1.6 10.244.2.5; ip addr del 10.244.1.6/32 dev lo');
    return stop();
  };

  it('does not leave the host; without the rule it would', async () => {
    await learned(world, 'h1', 1);
    expect(await spoofed()).toEqual([]);
    world.must('ip netns exec cal.h1 nft flush chain inet topo_cal arriving-from-pods');
    expect(await spoofed()).toHaveLength(1);
    apply(world, calicoLab(''));
    expect(await spoofed()).toEqual([]);
  });

  it('of a service that trusts 127.0.0.5 is not let in through the gateway', async () => {
    await world.serve('cal.h1', '127.0.0.5:81', 'trusted');
    world.must('ip -n cal.a route add 127.0.0.5 via 169.254.1.1 dev eth0 table local; ip -n cal.a route del local 127.0.0.0/8 table local');
    world.must('ip netns exec cal.a sysctl -qw net.ipv4.conf.eth0.route_localnet=1');
    expect(await probe(world, 'cal.a', 'http://127.0.0.5:81')).toBe('timeout');
    world.must(
      'ip -n cal.a route del 127.0.0.5 table local; ip -n cal.a route add local 127.0.0.0/8 dev lo table local proto kernel src 127.0.0.1',
    );
    world.must('ip netns exec cal.a sysctl -qw net.ipv4.conf.eth0.route_localnet=0');
  });
});

it('leaves no trace', () => {
  for (const netns of world.must('ls /run/netns').split('\n').filter(Boolean)) world.sh(`kill $(ip netns pids ${netns})`);
  world.mustTopo('destroy', '--yes', world.file('topo.yaml', calicoLab('')));
  expect(world.snapshot()).toBe(before);
});
