import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { commandText, planScript, shellScript } from '../../../src/kernel/iproute/script.js';
import type { AddressOperation, Operation } from '../../../src/model/operation.js';
import type { RouteOperation, RuleOperation } from '../../../src/model/routes.js';
import type { Plan } from '../../../src/model/plan.js';
import { BUILD, CHANGE, DESTROY, REMOVE } from './operations.js';

const address = (rest: Pick<AddressOperation, 'op' | 'address'> & Partial<AddressOperation>): Operation => ({
  ...{ netns: 'lab.web', dev: 'eth0', scope: 'global', broadcast: '', nodad: false },
  ...rest,
});
const route = (rest: Pick<RouteOperation, 'to'> & Partial<RouteOperation>): Operation => ({
  ...{ op: 'route-add', netns: 'lab.web', type: 'unicast', table: 254, metric: 0, protocol: 84, scope: 'global' },
  ...{ via: '', dev: '', src: '', mtu: 0, onlink: false },
  ...rest,
});
const rule = (rest: Pick<RuleOperation, 'op'> & Partial<RuleOperation>): Operation => ({
  ...{ netns: 'lab.web', family: 4, priority: 10, table: 100, from: '', to: '', iif: '', oif: '', fwmark: 0 },
  ...rest,
});

const TABLE: readonly (readonly [Operation, string])[] = [
  [
    { op: 'netns-add', netns: 'lab.web', alias: 'topo:lab/web' },
    'ip netns add lab.web\nip -n lab.web link set dev lo alias topo:lab/web up',
  ],
  [{ op: 'netns-delete', netns: 'lab.web' }, 'ip netns delete lab.web'],
  [
    { op: 'netns-delete', netns: 'lab.web', files: true },
    'if test -L /etc/netns/lab.web >/dev/null 2>&1; then rm -f /etc/netns/lab.web; fi\nip netns delete lab.web',
  ],
  [
    { op: 'node-files-link', netns: 'lab.web', folder: '/run/topo/names/lab/front' },
    'mkdir -p /etc/netns\nln -sfn /run/topo/names/lab/front /etc/netns/lab.web',
  ],
  [
    {
      ...{ op: 'node-files-write', netns: 'host', folder: '/run/topo/names/lab/front' },
      files: { hosts: ['10.0.0.2 web', 'EOF'], 'resolv.conf': [] },
    },
    [
      'mkdir -p /run/topo/names/lab/front',
      "find /run/topo/names/lab/front -mindepth 1 '!' -name hosts '!' -name resolv.conf -delete",
      ...["cat > /run/topo/names/lab/front/hosts <<'EOF_'", '10.0.0.2 web', 'EOF', 'EOF_'],
      ...["cat > /run/topo/names/lab/front/resolv.conf <<'EOF'", 'EOF'],
    ].join('\n'),
  ],
  [
    { op: 'node-files-delete', netns: 'host', folder: '/run/topo/names/lab/front' },
    [
      'rm -rf /run/topo/names/lab/front',
      'if test -d /run/topo/names/lab >/dev/null 2>&1; then rmdir --ignore-fail-on-non-empty /run/topo/names/lab /run/topo/names; fi',
    ].join('\n'),
  ],
  [
    { op: 'link-add', netns: 'host', name: 'br0', type: 'bridge', attributes: { mtu: 1500, stp_state: false, up: true, alias: 'it is' } },
    "ip link add name br0 mtu 1501 type bridge stp_state 0\nip link set dev br0 mtu 1500 alias 'it is' up",
  ],
  [
    {
      ...{ op: 'link-add', netns: 'host', name: 'vt0', type: 'veth' },
      attributes: { mtu: 1400, master: 'br0', hairpin: true, up: true },
      peer: { netns: 'lab.web', name: 'eth0', attributes: { mac: '02:00:00:00:00:01', mtu: 1400, group: 7 } },
    },
    [
      'ip link add name vt0 mtu 1400 type veth peer name eth0 address 02:00:00:00:00:01 mtu 1400 group 7 netns lab.web',
      'ip link set dev vt0 master br0 up',
      'ip link set dev vt0 type bridge_slave hairpin on',
    ].join('\n'),
  ],
  [
    // The host's namespace has no name, so the pair is made there.
    {
      ...{ op: 'link-add', netns: 'lab.web', name: 'eth0', type: 'veth', attributes: { up: true } },
      peer: { netns: 'host', name: 'vt0', attributes: {} },
    },
    'ip link add name vt0 type veth peer name eth0 netns lab.web\nip -n lab.web link set dev eth0 up',
  ],
  [{ op: 'link-set', netns: 'host', name: 'vt0', attributes: { master: '', up: false } }, 'ip link set dev vt0 nomaster down'],
  [{ op: 'link-set', netns: 'host', name: 'vt0', attributes: { group: 0x80000000 } }, ''],
  [{ op: 'link-delete', netns: 'lab.web', name: 'eth0' }, 'ip -n lab.web link delete dev eth0'],
  [{ op: 'group-delete', netns: 'host', group: 7, names: ['a', 'b'] }, 'ip link delete group 7'],
  [
    { op: 'group-delete', netns: 'host', group: 0x80000000, names: ['a'] },
    'if ip link show dev a >/dev/null 2>&1; then ip link delete dev a; fi',
  ],
  [{ op: 'altname-add', netns: 'host', name: 'br0', altname: 'x y' }, "ip link property add dev br0 altname 'x y'"],
  [{ op: 'altname-delete', netns: 'host', name: 'br0', altname: 'x' }, 'ip link property del dev br0 altname x'],
  [
    address({ op: 'address-add', address: '10.0.0.1/24', broadcast: '10.0.0.255' }),
    'ip -n lab.web address add 10.0.0.1/24 broadcast 10.0.0.255 scope global dev eth0',
  ],
  [
    address({ op: 'address-replace', address: 'fd00::1/64', nodad: true }),
    'ip -n lab.web address replace fd00::1/64 scope global nodad dev eth0',
  ],
  [address({ op: 'address-delete', address: 'fd00::1/64' }), 'ip -n lab.web address delete fd00::1/64 dev eth0'],
  [route({ to: '0.0.0.0/0', via: '10.0.0.1', dev: 'eth0' }), 'ip -n lab.web route add default via 10.0.0.1 dev eth0 proto 84 scope global'],
  [
    route({ to: '::/0', via: 'fd00::1', dev: 'eth0', metric: 5 }),
    'ip -n lab.web -6 route add default via fd00::1 dev eth0 proto 84 metric 5',
  ],
  [
    route({ op: 'route-replace', to: '10.8.0.0/16', type: 'blackhole', table: 100, metric: 9 }),
    'ip -n lab.web route replace blackhole 10.8.0.0/16 table 100 proto 84 metric 9 scope global',
  ],
  [
    route({ op: 'route-delete', to: '10.9.0.0/16', via: '10.7.0.1', dev: 'eth0', onlink: true, src: '10.0.0.1', mtu: 1300 }),
    'ip -n lab.web route delete 10.9.0.0/16 via 10.7.0.1 dev eth0 onlink proto 84 scope global src 10.0.0.1 mtu 1300',
  ],
  [rule({ op: 'rule-add' }), 'ip -n lab.web rule add priority 10 from all table 100'],
  [rule({ op: 'rule-ensure' }), 'ip -n lab.web rule add priority 10 from all table 100 >/dev/null 2>&1 || :'],
  [
    rule({ op: 'rule-delete', table: 0, fwmark: 1, other: 'not tos 0x10 blackhole fwmask 3' }),
    'ip -n lab.web rule delete not priority 10 from all fwmark 1/3 tos 0x10 blackhole',
  ],
  [
    rule({ op: 'rule-delete', family: 6, from: 'fd00::/64', to: 'fd01::/64', iif: 'eth0', oif: 'eth1', fwmark: 7 }),
    'ip -n lab.web -6 rule delete priority 10 from fd00::/64 to fd01::/64 iif eth0 oif eth1 fwmark 7 table 100',
  ],
  [
    { op: 'neighbour-set', netns: 'lab.web', dev: 'eth0', address: '10.0.0.9', mac: '02:00:00:00:00:09' },
    'ip -n lab.web neighbour replace 10.0.0.9 lladdr 02:00:00:00:00:09 nud permanent dev eth0',
  ],
  [
    { op: 'neighbour-set', netns: 'lab.web', dev: 'eth0', address: '169.254.1.1', mac: '', asks: true },
    'ip -n lab.web neighbour replace 169.254.1.1 dev eth0 use',
  ],
  [
    { op: 'announce', netns: 'lab.web', dev: 'eth0', address: '10.0.0.2' },
    'ip -n lab.web neighbour replace 169.254.1.1 dev eth0 use >/dev/null 2>&1 || :',
  ],
  [{ op: 'announce', netns: 'lab.web', dev: 'eth0', address: 'fd00::2' }, ''],
  [{ op: 'announce', netns: 'lab.web', dev: 'eth0', address: '10.0.0.3', mac: '02:00:00:00:00:03' }, ''],
  [
    { op: 'neighbour-delete', netns: 'lab.web', dev: 'eth0', address: '10.0.0.9', mac: '' },
    'ip -n lab.web neighbour delete proxy 10.0.0.9 dev eth0',
  ],
  [
    {
      ...{ op: 'link-add', netns: 'lab.web', name: 'vx0', type: 'vxlan' },
      attributes: { vni: 42, dstport: 4789, vxlan_learning: false, proxy: true, mtu: 1400, master: 'br0', learning: false, up: true },
    },
    [
      'ip -n lab.web link add name vx0 mtu 1400 type vxlan id 42 dstport 4789 nolearning proxy',
      'ip -n lab.web link set dev vx0 master br0 up',
      'ip -n lab.web link set dev vx0 type bridge_slave learning off',
    ].join('\n'),
  ],
  [
    {
      ...{ op: 'link-add', netns: 'lab.web', name: 'eth0', type: 'macvlan', parent: { netns: 'host', name: 'lan0' } },
      attributes: { mode: 'bridge', mac: '02:00:00:00:00:09', up: true },
    },
    [
      'ip link add link lan0 name eth0 netns lab.web address 02:00:00:00:00:09 type macvlan mode bridge',
      'ip -n lab.web link set dev eth0 up',
    ].join('\n'),
  ],
  [
    { op: 'fdb-set', netns: 'lab.web', dev: 'vx0', mac: '02:00:00:00:00:09', dst: '10.0.0.9' },
    'bridge -n lab.web fdb replace 02:00:00:00:00:09 dev vx0 dst 10.0.0.9 self permanent',
  ],
  [
    { op: 'fdb-append', netns: 'host', dev: 'vx0', mac: '00:00:00:00:00:00', dst: '10.0.0.9' },
    'bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.0.0.9 self permanent',
  ],
  [
    { op: 'fdb-delete', netns: 'host', dev: 'vx0', mac: '00:00:00:00:00:00', dst: '10.0.0.9', other: 'static port 99 via lan0' },
    'bridge fdb delete 00:00:00:00:00:00 dev vx0 dst 10.0.0.9 port 99 via lan0 self permanent',
  ],
  [
    { op: 'fdb-delete', netns: 'lab.web', dev: 'vx0', mac: '02:00:00:00:00:09', dst: '', learned: true },
    'bridge -n lab.web fdb delete 02:00:00:00:00:09 dev vx0 master >/dev/null 2>&1 || :',
  ],
  [
    {
      ...{ op: 'route-add', netns: 'lab.web', to: 'fd09::/64', type: 'unicast', table: 254, metric: 1024, protocol: 84 },
      ...{ scope: 'global', via: '', dev: '', src: '', mtu: 0, onlink: false },
      nexthops: [
        { via: 'fd00::9', dev: 'eth0', weight: 2 },
        { via: '', dev: 'eth5', weight: 1 },
      ],
    },
    'ip -n lab.web -6 route add fd09::/64 proto 84 metric 1024 nexthop via fd00::9 dev eth0 weight 2 nexthop dev eth5 weight 1',
  ],
  [
    { op: 'qdisc-set', netns: 'lab.web', dev: 'eth5', handle: '746f:', rate: '1mbit', burst: 15000, limit: 21250 },
    'tc -n lab.web qdisc replace dev eth5 root handle 746f: tbf rate 1mbit burst 15000b limit 21250b',
  ],
  [{ op: 'qdisc-delete', netns: 'host', dev: 'vt0' }, 'tc qdisc del dev vt0 root'],
  [
    { op: 'sysctl-set', netns: 'lab.web', key: 'net.ipv4.tcp_rmem', value: '1 2 3', remember: false },
    "ip netns exec lab.web sysctl -qw 'net.ipv4.tcp_rmem=1 2 3'",
  ],
  [
    { op: 'sysctl-set', netns: 'host', key: 'net.ipv4.ip_forward', value: '1', remember: true },
    [
      'if ! ip link show dev lo | grep -qF sysctl:net.ipv4.ip_forward=; then ip link property add dev lo altname ' +
        'sysctl:net.ipv4.ip_forward="$(sysctl -n net.ipv4.ip_forward)" ' +
        "|| echo 'topo: the former value of net.ipv4.ip_forward cannot be kept' >&2; fi",
      'sysctl -qw net.ipv4.ip_forward=1',
    ].join('\n'),
  ],
  [
    { op: 'sysctl-restore', netns: 'host', key: 'net.ipv4.ip_forward', value: '0' },
    [
      'sysctl -qw net.ipv4.ip_forward=0',
      'ip link property del dev lo altname sysctl:net.ipv4.ip_forward=0 ' +
        "|| echo 'topo: the former value of net.ipv4.ip_forward is still in an altname of lo' >&2",
    ].join('\n'),
  ],
  [
    { op: 'nft-replace', netns: 'lab.web', table: { name: 'topo_lab', comment: '', chains: [{ name: 'topo_x', rules: [] }] } },
    [
      "ip netns exec lab.web nft -f - <<'EOF'",
      ...['table inet topo_lab', 'delete table inet topo_lab', 'table inet topo_lab {', '  chain topo_x {', '  }', '}', 'EOF'],
    ].join('\n'),
  ],
  [{ op: 'nft-delete', netns: 'host', table: 'topo_lab' }, 'nft delete table inet topo_lab'],
  [
    {
      op: 'conntrack-delete',
      netns: 'host',
      flows: [
        { protocol: 'udp', family: 4, address: '10.0.0.1', from: 53, to: 54, target: '10.1.0.2' },
        { protocol: 'udp', family: 6, address: '', from: 53, to: 53, target: '' },
        { protocol: 'udp', family: 4, address: '10.0.0.1', from: 53, to: 53, target: null },
        { protocol: 'udp', family: 6, source: 'fd01::/64' },
      ],
    },
    [
      'conntrack -D -f ipv4 -p udp --orig-port-dst 53 --orig-dst 10.0.0.1 --reply-src 10.1.0.2 >/dev/null 2>&1 || :',
      'conntrack -D -f ipv4 -p udp --orig-port-dst 54 --orig-dst 10.0.0.1 --reply-src 10.1.0.2 >/dev/null 2>&1 || :',
      'conntrack -D -f ipv6 -p udp --orig-port-dst 53 >/dev/null 2>&1 || :',
      'conntrack -D -f ipv4 -p udp --orig-port-dst 53 --orig-dst 10.0.0.1 >/dev/null 2>&1 || :',
      'conntrack -D -f ipv6 -p udp --orig-src fd01::/64 >/dev/null 2>&1 || :',
    ].join('\n'),
  ],
];

describe('an operation as commands', () => {
  it.each(TABLE)('%j', (operation, text) => {
    expect(commandText(operation)).toBe(text);
  });

  it('are covered one and all', () => {
    const ops = (list: readonly Operation[]): string[] => [...new Set(list.map(({ op }) => op))].sort();
    const tested = ops(TABLE.map(([operation]) => operation));
    expect(tested).toEqual(ops([...BUILD, ...CHANGE, ...REMOVE, ...DESTROY]));
  });
});

describe('a script', () => {
  it('is one that a POSIX shell accepts', () => {
    const { status, stderr } = spawnSync('sh', ['-n'], {
      input: shellScript([...BUILD, ...CHANGE, ...REMOVE, ...DESTROY]),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('stops at the first command that fails', () => {
    expect(shellScript([])).toContain('\nset -e\n');
  });

  it('names each object of a plan above its commands, on one line', () => {
    const resource = { id: 'netns:n', kind: 'netns', netns: 'n', props: {}, needs: [] };
    const plan: Plan = {
      ...{ lab: 'lab', summary: { add: 0, change: 0, destroy: 1 } },
      actions: [
        { id: 'netns:n', change: { action: 'delete', before: resource }, reason: '', operations: [{ op: 'netns-delete', netns: 'n' }] },
      ],
    };
    expect(planScript(plan, () => 'netns n\nrm -rf /')).toMatch(/\n# - netns n\?rm -rf \/\nip netns delete n\n$/);
  });
});
