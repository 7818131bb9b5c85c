/** A port of the host that somebody listens on is not published over his head: an error that names the process and the line. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { TOPO, World } from '../world.js';

/** Each socket in a process of its own: `udp4:ADDRESS:PORT`, `tcp6only:…`. */
const LISTENER = `
const [kind, address, port] = process.argv[1].split('|');
const told = () => console.log('listening ' + process.pid);
if (kind.startsWith('udp')) {
  const socket = require('dgram').createSocket({ type: kind.slice(0, 4), ipv6Only: kind.endsWith('only') });
  socket.bind(Number(port), address, told);
} else require('net').createServer().listen({ host: address, port: Number(port), ipv6Only: kind.endsWith('only') }, told);
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.outside();
  const sockets = [
    'tcp|0.0.0.0|7001',
    'tcp|::|7002',
    'tcponly|::|7003',
    'tcp|127.0.0.1|7004',
    'tcp|10.99.0.2|7005',
    'tcp|::1|7006',
    'udp4|0.0.0.0|7007',
    'udp6|::|7008',
    'udp4|224.0.0.251|7009',
    'tcp|::ffff:10.99.0.2|7010',
  ];
  for (const socket of sockets) await world.background(null, [process.execPath, '-e', LISTENER, socket], 'listening');
  // Another namespace's ports are no concern of the host's.
  await world.background('outside', [process.execPath, '-e', LISTENER, 'tcp|0.0.0.0|7020'], 'listening');
});
afterAll(() => world.dispose());

const lab = (ports: string, subnets = "[10.81.1.0/24, 'fd81:1::/64']"): string => `name: inuse
networks: { n: { subnet: ${subnets} } }
nodes:
  a:
    networks: [n]
    ports:
      - ${ports}
`;

test.each([
  ["'7001:80'", '0.0.0.0:7001/tcp'],
  ["'127.0.0.1:7001:80'", '0.0.0.0:7001/tcp'],
  ["'6990-7001:6990-7001'", '0.0.0.0:7001/tcp'],
  ["'0.0.0.0:7002:80'", '[::]:7002/tcp'],
  ["'[fd99::2]:7002:80'", '[::]:7002/tcp'],
  ["'7003:80'", '[::]:7003/tcp'],
  ["'7004:80'", '127.0.0.1:7004/tcp'],
  ["'127.0.0.1:7004:80'", '127.0.0.1:7004/tcp'],
  ["'10.99.0.2:7005:80'", '10.99.0.2:7005/tcp'],
  ["'[::]:7006:80'", '[::1]:7006/tcp'],
  ["'7007:80/udp'", '0.0.0.0:7007/udp'],
  ["'7008:80/udp'", '[::]:7008/udp'],
  ["'7010:80'", '10.99.0.2:7010/tcp'],
])('%s is refused for the one that listens on %s', (ports, place) => {
  const file = world.file('topo.yaml', lab(ports));
  for (const command of [['plan'], ['apply', '--yes']]) {
    const { status, stdout, stderr } = world.topo([...command, file]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/topo\.yaml:7:\d+: error: nodes\.a\.ports\[0\]: .*\[host-port-in-use\]/);
    expect(stderr).toMatch(/\(process \d+\) listens on /);
    expect(stderr).toContain(`listens on ${place} of the host already`);
    expect(stderr.match(/host-port-in-use/g)).toHaveLength(1);
  }
  expect(world.must('nft list tables')).toBe('');
});

test('the process is named by its number and its command', () => {
  const { stderr } = world.topo(['plan', world.file('topo.yaml', lab("'7004:80'"))]);
  const pid = /\(process (\d+)\)/.exec(stderr)?.[1];
  expect(world.must(`ss -lntpH 'sport = :7004'`)).toContain(`pid=${pid},`);
  expect(stderr).toContain(process.execPath);
});

test('other addresses, protocols and families are free', () => {
  const free = [
    "'7001:80/udp'",
    "'0.0.0.0:7003:80'",
    "'10.99.0.2:7004:80'",
    "'127.0.0.1:7005:80'",
    "'0.0.0.0:7006:80'",
    "'7007:80'",
    "'7009:80/udp'",
    "'7020:80'",
  ];
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab(free.join('\n      - '))));
  world.mustTopo('destroy', '--yes', '--lab', 'inuse');
  // Where the node has no address of a family, that family's sockets are in nobody's way.
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab("'7003:80'\n      - '7006:80'", '10.81.1.0/24')));
  world.mustTopo('destroy', '--yes', '--lab', 'inuse');
});

test('who comes after the port was published is no reason to refuse, and a plan is quiet', async () => {
  const file = world.file('topo.yaml', lab("'7030:80'"));
  world.mustTopo('apply', '--yes', file);
  await world.background(null, [process.execPath, '-e', LISTENER, 'tcp|::|7030'], 'listening');
  expect(world.mustTopo('plan', file)).toBe(NO_CHANGES);
  world.mustTopo('apply', '--yes', world.file('topo.yaml', lab("'7030:81'")));
  const { stderr } = world.topo(['plan', world.file('topo.yaml', lab("'7030-7031:81-82'"))]);
  expect(stderr).toBe('');
  world.mustTopo('destroy', '--yes', '--lab', 'inuse');
});

test('nobody is looked for where the lab publishes nothing', () => {
  const file = world.file('topo.yaml', lab("'7001:80'").replace(/    ports:\n.*\n/, ''));
  const calls = world.must(`strace -f -qq -e trace=socket,openat ${process.execPath} ${TOPO} plan ${file} 2>&1 >/dev/null`);
  expect(calls).toContain('AF_NETLINK');
  expect(calls).not.toContain('NETLINK_SOCK_DIAG');
  expect(calls).not.toMatch(/\/proc\/\d+\/fd/);
});
