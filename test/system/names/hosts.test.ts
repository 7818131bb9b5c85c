/** Names by files: what a node resolves, and what it does not. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../world.js';

const LAB = `
name: names
networks:
  a: { subnet: [10.61.0.0/24, 'fd61::/64'] }
  b: { subnet: 10.62.0.0/24 }
  inner: { subnet: 10.63.0.0/24, internal: true }
  mute: { subnet: 10.64.0.0/24, dns: none }
nodes:
  a1: { networks: { a: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2', aliases: [web, www.example.com] } } }
  a2: { networks: { a: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3', aliases: [web] } } }
  ab:
    networks:
      a: { ipv4_address: 10.61.0.4, ipv6_address: 'fd61::4' }
      b: { ipv4_address: 10.62.0.4, aliases: [proxy] }
  b1: { networks: { b: 10.62.0.2 } }
  i1: { networks: { inner: 10.63.0.2 } }
  i2: { networks: { inner: 10.63.0.3 } }
  m1: { networks: [mute] }
  own:
    networks: { a: { ipv4_address: 10.61.0.9, ipv6_address: 'fd61::9' } }
    hostname: db.example.com
    extra_hosts: ['printer:192.0.2.7', 'printer6=[2001:db8::7]', 'backend:host-gateway']
    dns: [192.0.2.53, 2001:db8::53]
    dns_search: [example.com, example.net]
    run: ['hostname > /run/said; getent hosts a2 >> /run/said; exec sleep 1000']
`;

let world: World;

beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.must(
    'printf "nameserver 127.0.0.53\\nnameserver 10.61.0.1\\nnameserver fe80::1%%eth0\\nsearch lan\\noptions timeout:1\\n" > /etc/resolv.conf',
  );
  world.mustTopo('apply', '--yes');
});
afterAll(() => world.dispose());

const addressesOf = (node: string, name: string): readonly string[] => {
  const { stdout } = world.topo(['exec', node, '--', 'getent', 'ahosts', name]);
  return [...new Set(stdout.split('\n').flatMap((line) => line.split(' ')[0] ?? []))].filter((address) => address !== '').sort();
};

describe('a name', () => {
  it.each([
    ['a1', 'a2', ['10.61.0.3', 'fd61::3']],
    ['a1', 'a1', ['10.61.0.2', 'fd61::2']],
    ['a1', 'a2.a', ['10.61.0.3', 'fd61::3']],
    ['a2', 'web', ['10.61.0.2', '10.61.0.3', 'fd61::2', 'fd61::3']],
    ['a2', 'www.example.com', ['10.61.0.2', 'fd61::2']],
    ['a2', 'web.a', ['10.61.0.2', '10.61.0.3', 'fd61::2', 'fd61::3']],
    ['i1', 'i2', ['10.63.0.3']],
    ['ab', 'a1', ['10.61.0.2', 'fd61::2']],
    ['ab', 'b1', ['10.62.0.2']],
    ['b1', 'ab', ['10.62.0.4']],
    ['a1', 'ab', ['10.61.0.4', 'fd61::4']],
    ['ab', 'ab', ['10.61.0.4', 'fd61::4']],
    ['ab', 'ab.b', ['10.62.0.4']],
    ['a1', 'own', ['10.61.0.9', 'fd61::9']],
    ['a1', 'db.example.com', ['10.61.0.9', 'fd61::9']],
    ['own', 'a1', ['10.61.0.2', 'fd61::2']],
    ['own', 'printer', ['192.0.2.7']],
    ['own', 'printer6', ['2001:db8::7']],
    ['own', 'backend', ['10.61.0.1', 'fd61::1']],
    ['a1', 'localhost', ['127.0.0.1', '::1']],
    // Of networks that the node is not on, or that have no names.
    ['b1', 'a2', []],
    ['b1', 'a2.a', []],
    ['a1', 'b1', []],
    ['a1', 'proxy', []],
    ['a1', 'i1', []],
    ['a1', 'printer', []],
    ['m1', 'm1', []],
    ['i1', 'a1', []],
  ])('in %s: %s is %j', (node, name, addresses) => {
    expect(addressesOf(node, name)).toEqual(addresses);
  });

  it.each([
    ['a1', '10.61.0.3', 'a2'],
    ['a1', 'fd61::3', 'a2'],
    ['ab', '10.62.0.4', 'ab.b'],
    ['b1', '10.62.0.4', 'ab'],
    ['i1', '10.63.0.3', 'i2'],
  ])('in %s: the address %s is of %s', (node, address, name) => {
    expect(world.topo(['exec', node, '--', 'getent', 'hosts', address]).stdout.split(/\s+/)[1]).toBe(name);
  });

  it.each([
    ['a1', 'a2'],
    ['i1', 'i2'],
    ['ab', 'b1'],
  ])('reaches the node: %s pings %s', (node, name) => {
    expect(world.topo(['exec', node, '--', 'ping', '-c1', '-W2', name])).toMatchObject({ status: 0 });
  });

  it.each(['a1', 'b1', 'i1', 'ab'])('that nobody has fails fast in %s', (node) => {
    const start = performance.now();
    expect(world.topo(['exec', node, '--', 'getent', 'ahosts', 'nobody'])).toMatchObject({ status: 2, stdout: '' });
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('resolv.conf', () => {
  const resolvConf = (node: string): string => world.mustTopo('exec', node, '--', 'grep', '-v', '^#', '/etc/resolv.conf');

  it("has the host's resolvers, without those of the host alone", () => {
    expect(resolvConf('a1')).toBe('nameserver 10.61.0.1\nsearch lan\noptions timeout:1\n');
  });

  it('has what the node asks for instead', () => {
    expect(resolvConf('own')).toBe('nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch example.com example.net\n');
  });

  it('has nothing on an internal network', () => {
    expect(world.topo(['exec', 'i1', '--', 'cat', '/etc/resolv.conf'])).toMatchObject({ status: 0, stdout: '' });
  });

  it("is the host's own where no network has names", () => {
    expect(resolvConf('m1')).toBe(world.must('cat /etc/resolv.conf'));
  });

  it('follows the host at the next apply', () => {
    world.must('sed -i s/10.61.0.1/10.61.0.2/ /etc/resolv.conf');
    expect(world.topo(['plan', '--detailed-exitcode'])).toMatchObject({ status: 2 });
    world.mustTopo('apply', '--yes');
    expect(resolvConf('a1')).toContain('nameserver 10.61.0.2\n');
    world.must('sed -i s/10.61.0.2/10.61.0.1/ /etc/resolv.conf');
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes');
  });
});

it('hostname is what the node calls itself', () => {
  expect(world.mustTopo('exec', 'own', '--', 'hostname')).toBe('db.example.com\n');
  expect(world.must('cat /run/said')).toMatch(/^db\.example\.com\nfd61::3 +a2 /);
  expect(world.mustTopo('exec', 'own', '--', 'cat', '/etc/hostname')).toBe('db.example.com\n');
  expect(world.mustTopo('exec', 'a1', '--', 'hostname')).toBe(world.must('hostname'));
});
