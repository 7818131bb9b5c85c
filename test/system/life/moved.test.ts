/** `moved`: a node or a network gets another name, and keeps what it has. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { connection } from './connection.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());
afterEach(() => {
  world.must('for n in $(ls /run/netns); do ip netns pids $n | xargs -r kill -9 2>/dev/null; done; true');
  world.mustTopo('destroy', '--yes', '--lab', 'shop');
  expect(world.must('ip netns list; ip -br link | grep -v ^lo; find /etc/netns /run/topo -type f -size +0 2>/dev/null; true')).toBe('');
});

const LAB = `name: shop
networks: { lan: { subnet: 10.8.0.0/24 }, far: {} }
nodes:
  a:
    networks: [lan, far]
    run: ["exec sleep 100000"]
    exec: ["touch /run/done-$$(date +%N)"]
    sysctls: { net.ipv4.ip_default_ttl: 63 }
  c: { networks: [lan] }
links:
  - endpoints: ["a:eth5", "c:eth5"]
`;
const MOVED = `${LAB.replace('  a:\n', '  b:\n').replace('"a:eth5"', '"b:eth5"')}moved: [{ from: nodes.a, to: nodes.b }]\n`;

const apply = (text: string) => world.mustTopo('apply', '--yes', world.file('topo.yaml', text));
const links = (netns: string) =>
  (JSON.parse(world.must(`ip ${netns === '' ? '' : `-n ${netns}`} -j addr`)) as Link[])
    .map(({ ifindex, ifname, address, addr_info }) => [
      ifindex,
      netns === '' ? '' : ifname,
      address,
      addr_info.filter(({ family }) => family === 'inet').map(({ local }) => local),
    ])
    .filter(([, name]) => name !== 'lo');
interface Link {
  readonly ifindex: number;
  readonly ifname: string;
  readonly address: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string }[];
}
const pid = () => world.must('pgrep -f "^sleep 100000"').trim();

describe('a node that is moved', () => {
  test('keeps its namespace, links, addresses, connections and processes, and its marks follow', async () => {
    apply(LAB);
    const address = String((links('shop.a').find(([, name]) => name === 'eth0')?.[3] as string[])[0]);
    const client = await connection(world, 'shop.c', 'shop.a', address);
    const ping = world.later('shop.c', `ping -q -i 0.002 -c 2000 ${address}`);
    const before = [world.must('stat -c %i /run/netns/shop.a'), links('shop.a'), links(''), pid()];
    world.file('topo.yaml', MOVED);
    const plan = world.mustTopo('plan');
    expect(plan).toMatch(/^ +-> move \(rename in place\)$/m);
    expect(plan).toMatch(/^ +-> netns shop\.b \(node b\).*\n +# it was nodes\.a\n +name: shop\.a -> shop\.b/m);
    expect(plan).toMatch(/^ +-> veth shop\.b:eth0 <-> host:vt\w+.*\n(.*\n)? +peer_name: vt\w+ -> vt\w+/m);
    expect(plan).not.toMatch(/^(-\/\+| {2}[-+]) /m);
    expect(plan).toMatch(/^Plan: 1 to move, 0 to add, \d+ to change, 0 to destroy\.$/m);
    expect(JSON.parse(world.mustTopo('plan', '--json'))).toMatchObject({ summary: { move: 1, destroy: 0 } });
    const [, changed] = /^Plan: .* 0 to add, (\d+) to change/m.exec(plan) ?? [];
    expect(world.mustTopo('apply', '--yes')).toContain(`Resources: 1 moved, 0 added, ${changed} changed, 0 destroyed.`);
    expect([world.must('stat -c %i /run/netns/shop.b'), links('shop.b'), links(''), pid()]).toEqual(before);
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must('ls /run/netns')).toBe('shop.b\nshop.c\n');
    expect(world.must('ip -n shop.b -j link')).not.toContain('shop.a');
    expect(world.must('ls /run | grep -c ^done- || true').trim()).toBe('1');
    client.stdin!.write('again\n');
    await new Promise<void>((resolve) =>
      client.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes('echo again') && resolve()),
    );
    expect(Number(/ ([\d.]+)% packet loss/.exec((await ping).stdout)?.[1])).toBe(0);
    expect(world.mustTopo('status')).toContain('in sync');
    world.must('rm /run/done-*');
  });

  test('keeps its links without the line too, MAC addresses included', () => {
    const fixed = LAB.replace('[lan, far]', '{ lan: 10.8.0.7 }');
    apply(fixed);
    const before = links('shop.a');
    apply(`${fixed.replace('  a:\n', '  b:\n').replace('"a:eth5"', '"b:eth5"')}moved: [{ from: nodes.a, to: nodes.b }]\n`);
    expect(links('shop.b')).toEqual(before);
    const without = fixed
      .replace('  a:\n', '  b:\n')
      .replace('"a:eth5"', '"b:eth5"')
      .replace('    exec: ["touch /run/done-$$(date +%N)"]\n', '');
    world.file('topo.yaml', without);
    expect(world.mustTopo('plan')).toMatch(/No changes|Plan: 0 to add, 0 to change, 1 to destroy/);
    world.must('rm -f /run/done-*');
  });

  test('that is not there says nothing, and one that is half moved goes on', () => {
    apply(MOVED);
    expect(world.must('ls /run/netns')).toBe('shop.b\nshop.c\n');
    expect(world.mustTopo('plan')).toContain('No changes.');
    world.mustTopo('destroy', '--yes');
    apply(LAB);
    // Killed between two operations, anywhere.
    world.file('topo.yaml', MOVED);
    for (let after = 1; after < 12; after += 2) {
      world.topo(['apply', '--yes'], { TOPO_TEST_KILL_AFTER: String(after) });
      world.must('ls /run/netns');
    }
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must('ls /run/netns')).toBe('shop.b\nshop.c\n');
    world.must('rm -f /run/done-*');
  });

  test('takes the place of a file of its new name, as somebody leaves it who is killed', () => {
    apply(LAB);
    world.must('touch /run/netns/shop.b');
    apply(MOVED);
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must('ls /run/netns')).toBe('shop.b\nshop.c\n');
    world.must('rm -f /run/done-*');
  });

  test('beside one of the new name is an error; a protected one is moved, and protected as before', () => {
    apply(LAB.replace('  c: {', '  b: { networks: [lan] }\n  c: {'));
    const { status, stderr } = world.topo(['plan', world.file('topo.yaml', MOVED)]);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('nodes.a and nodes.b are both in the kernel') });
    expect(stderr).toMatch(/topo\.yaml:\d+:17/);
    apply(LAB.replace('  a:\n', '  a:\n    protect: true\n'));
    apply(MOVED.replace('  b:\n', '  b:\n    protect: true\n'));
    expect(world.must('ip -n shop.b -j link show lo')).toContain('"protect:shop.nodes.b"');
    expect(world.topo(['destroy', '--yes']).stderr).toContain('nodes.b of the lab shop is protected');
    apply(MOVED);
    world.must('rm -f /run/done-*');
  });
});

describe('a network that is moved', () => {
  test('is not open to others for a moment, in which what begins would go on', async () => {
    const lab =
      'name: shop\nnetworks: { NAME: { subnet: 10.8.0.0/24 }, other: {} }\nnodes: { a: { networks: { NAME: 10.8.0.7 } }, c: { networks: [other] } }\n';
    apply(lab.replaceAll('NAME', 'lan'));
    const ping = world.later('shop.c', 'ping -n -i 0.001 -w 3 10.8.0.7');
    apply(`${lab.replaceAll('NAME', 'wide')}moved: [{ from: networks.lan, to: networks.wide }]\n`);
    expect((await ping).stdout).toMatch(/ 0 received/);
  });

  test('is not open for a moment where it gets its former name back, either', async () => {
    const lab = (network: string, more: string): string =>
      `name: shop\nnetworks: { ${network}: { subnet: 10.8.0.0/24 }, other: {} }\nnodes: { a: { networks: { ${network}: 10.8.0.7 }${more} }, c: { networks: [other] } }\n`;
    apply(lab('lan', ''));
    const rules = world.must('nft list table inet topo_shop');
    const ping = world.later('shop.c', 'ping -n -i 0.001 -w 3 10.8.0.7');
    const moved = `${lab('wide', ', exec: [sleep 0.3, test -e /nowhere]')}moved: [{ from: networks.lan, to: networks.wide }]\n`;
    const { status, stdout } = world.topo(['apply', '--yes', world.file('topo.yaml', moved)]);
    expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('-> bridge') });
    expect((await ping).stdout).toMatch(/ 0 received/);
    expect(world.must('nft list table inet topo_shop')).toBe(rules);
    expect(world.must('ip -j link show type bridge')).toContain('"topo.shop.lan"');
  });

  test('keeps its bridge, its subnet and its ports', () => {
    const lab = LAB.replace('far: {}', 'far: { isolated: false }');
    apply(lab);
    const before = [links(''), links('shop.a')];
    const far = String((links('shop.a').find(([, name]) => name === 'eth1')?.[3] as string[])[0]);
    const moved = `${lab.replace('far: {', 'wide: {').replace('[lan, far]', '[lan, wide]')}moved: [{ from: networks.far, to: networks.wide }]\n`;
    world.file('topo.yaml', moved);
    const plan = world.mustTopo('plan');
    expect(plan).toMatch(/^ +-> bridge br-\w+.*\n +# it was networks\.far\n +name: br-\w+ -> br-\w+/m);
    expect(plan).not.toMatch(/^ +(-\/\+|\+|-) (veth|bridge|address|route)/m);
    // It is as open as it was, and the other one as shut.
    expect(plan).not.toContain('Reachable');
    const [, counts] = /^Plan: (.*)$/m.exec(plan) ?? [];
    expect(world.mustTopo('apply', '--yes')).toContain(
      `Resources: ${counts?.replace('to move', 'moved').replace('to add', 'added').replace('to change', 'changed').replace('to destroy', 'destroyed')}`,
    );
    expect([links(''), links('shop.a')]).toEqual(before);
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect(world.must(`ip -j link show type bridge`)).toContain('"topo.shop.wide"');
    expect(world.in('shop.a', `ping -c 1 -W 2 ${far.replace(/\d+$/, '1')} || ip route get ${far}`).status).toBe(0);
    world.must('rm -f /run/done-*');
  });

  test('keeps its MAC addresses without the line too, and where it is moved once more', () => {
    const lan = (network: string, line = ''): string =>
      `name: shop\nnetworks: { ${network}: { subnet: 10.8.0.0/24 } }\nnodes: { a: { networks: [${network}] } }\n${line}`;
    apply(lan('one'));
    const before = links('');
    for (const [from, to] of [
      ['one', 'two'],
      ['two', 'three'],
    ] as const) {
      apply(lan(to, `moved: [{ from: networks.${from}, to: networks.${to} }]\n`));
      expect(world.mustTopo('plan')).toContain('No changes.');
      expect(world.mustTopo('plan', world.file('topo.yaml', lan(to)))).not.toMatch(/ (veth|bridge) /);
      expect(links('')).toEqual(before);
    }
  });
});

describe('a host that is moved', () => {
  const lab = (host: string, more = ''): string => `name: shop
networks:
  lan: { subnet: 192.168.50.0/24 }
  net: { driver: vxlan, dns: server }
  pods: { driver: flannel }
hosts:
  ${host}: { protect: true, networks: { lan: 192.168.50.11 } }
  h2: { networks: { lan: 192.168.50.12 } }
nodes:
  a: { host: ${host}, networks: [net, pods] }
  c: { host: h2, networks: [net, pods] }
${more}`;
  const inode = (netns: string): string => world.must(`stat -c %i /run/netns/${netns}`);
  const addresses = (): readonly string[] => links('shop.a').map(([, , , own]) => String((own as string[])[0]));

  test('keeps its namespace and what is in it, the nodes on it and their connections', async () => {
    apply(lab('h1'));
    const own = addresses();
    const client = await connection(world, 'shop.c', 'shop.a', own[0]!);
    const before = [inode('shop.h1'), links('shop.h1').map(([index]) => index), links('shop.a')];
    world.file('topo.yaml', lab('h3', 'moved: [{ from: hosts.h1, to: hosts.h3 }]'));
    expect(world.mustTopo('plan')).toMatch(/^ +-> netns shop\.h3 \(node h3\).*\n +# it was hosts\.h1\n/m);
    for (let after = 1; after < 60; after += 6) world.topo(['apply', '--yes'], { TOPO_TEST_KILL_AFTER: String(after) });
    world.mustTopo('apply', '--yes');
    expect(world.mustTopo('plan')).toContain('No changes.');
    expect([inode('shop.h3'), links('shop.h3').map(([index]) => index), links('shop.a')]).toEqual(before);
    expect(world.must('ip -n shop.h3 -j link')).not.toContain('shop.h1');
    client.stdin!.write('again\n');
    await new Promise<void>((resolve) =>
      client.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes('echo again') && resolve()),
    );
    for (const address of own) expect(world.in('shop.c', `ping -c 1 -W 5 ${address}`).status).toBe(0);
    // It has its former name again where the apply fails.
    world.file('topo.yaml', lab('h4', 'moved: [{ from: hosts.h3, to: hosts.h4 }]').replace('  a: { ', '  a: { exec: ["exit 3"], '));
    expect(world.topo(['apply', '--yes']).status).toBe(1);
    expect(world.mustTopo('plan', world.file('topo.yaml', lab('h3', 'moved: [{ from: hosts.h1, to: hosts.h3 }]')))).toContain(
      'No changes.',
    );
    apply(lab('h3').replace('protect: true, ', ''));
  }, 60_000);
});
