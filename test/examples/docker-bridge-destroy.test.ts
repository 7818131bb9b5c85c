/** `topo destroy` of examples/docker-bridge leaves the machine as it was, to the byte. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { World } from '../system/world.js';
import { pathOf } from './example.js';

const FILE = pathOf('docker-bridge');

const bridgeNetfilter = existsSync('/proc/sys/net/bridge') ? [0, 1] : [null];
const cases = [0, 1].flatMap((forward) => bridgeNetfilter.map((netfilter) => ({ forward, netfilter })));

let world: World;
afterEach(() => world.dispose());

describe('destroy of examples/docker-bridge', () => {
  it.each(cases)('with ip_forward $forward and bridge-nf-call-iptables $netfilter before', async ({ forward, netfilter }) => {
    world = await World.create();
    world.outside();
    world.must(`sysctl -w net.ipv4.ip_forward=${forward}`);
    if (netfilter !== null) world.must(`sysctl -w net.bridge.bridge-nf-call-iptables=${netfilter}`);
    // Settings that switching ip_forward on and off resets.
    world.must('sysctl -w net.ipv4.conf.lan0.send_redirects=0 net.ipv4.conf.lan0.accept_redirects=0 net.ipv4.conf.all.accept_redirects=1');
    world.must(
      'nft add table ip mine && nft add chain ip mine c "{ type filter hook forward priority 0; }" && nft add rule ip mine c counter',
    );
    const before = world.snapshot();
    world.mustTopo('apply', '--yes', FILE);
    expect(world.snapshot()).not.toBe(before);
    expect(world.must('sysctl -n net.ipv4.ip_forward').trim()).toBe('1');
    world.mustTopo('destroy', '--yes', FILE);
    expect(world.snapshot()).toBe(before);
  });

  it('by the name of the lab alone', async () => {
    world = await World.create();
    const before = world.snapshot();
    world.mustTopo('apply', '--yes', FILE);
    world.mustTopo('destroy', '--yes', '--lab', 'docker-bridge');
    expect(world.snapshot()).toBe(before);
    expect(world.mustTopo('list')).not.toContain('docker-bridge');
  });

  it('while a program of a node is running: all goes, and the program that holds the namespace is named', async () => {
    world = await World.create();
    const before = world.snapshot();
    world.mustTopo('apply', '--yes', FILE);
    await world.serve('ns1', 8000, 'ns1');
    const pid = world.must('ip netns pids ns1').trim();
    const { status, stdout, stderr } = world.topo(['destroy', '--yes', FILE]);
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`).toContain(`process ${pid}`);
    expect(world.snapshot()).toBe(before);
    expect(world.topo(['destroy', '--yes', FILE]).status).toBe(0);
  });

  it('of a lab that is not there is no error', async () => {
    world = await World.create();
    const before = world.snapshot();
    expect(world.topo(['destroy', '--yes', FILE]).status).toBe(0);
    expect(world.snapshot()).toBe(before);
  });
});
