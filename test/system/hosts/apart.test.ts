/** `icc: false` on a simulated host, where its bridges hand packets to its rules (br_netfilter): told beforehand, and what helps. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { World } from '../world.js';

const LAB = `
name: cells
networks:
  lan: { subnet: 192.168.50.0/24 }
  cell: { subnet: 10.5.0.0/24, icc: false }
hosts:
  h1: { networks: { lan: 192.168.50.11 } }
nodes:
  a: { host: h1, networks: { cell: 10.5.0.10 }, ports: ['8080:80'] }
  b: { host: h1, networks: { cell: 10.5.0.11 } }
`;
const OFF = LAB.replace('192.168.50.11 }', '192.168.50.11 }, sysctls: { net.bridge.bridge-nf-call-iptables: 0 }');

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.dispose());

const asked = (): string => world.must('ip netns exec cells.b curl -s --noproxy "*" --max-time 2 http://192.168.50.11:8080 || true');

(existsSync('/proc/sys/net/bridge') ? describe : describe.skip)('nodes apart on a simulated host [br_netfilter]', () => {
  it('are told of what they do not reach, before the host is there and after', async () => {
    world.file('topo.yaml', LAB);
    for (const command of [['plan'], ['apply', '--yes'], ['plan']]) {
      const { stderr } = world.topo(command);
      expect(stderr).toMatch(/topo\.yaml:5:\d+: warning: the nodes of networks\.cell do not reach .*\(nodes\.a\.ports\[0\]\)/);
      expect(stderr).toContain('hint: sysctls: { net.bridge.bridge-nf-call-iptables: 0 } of the host h1 lets them');
    }
    await world.serve('cells.a', 80, 'a');
    expect(asked()).toBe('');
  });

  it('reach it with the setting of the hint, and no more is told', () => {
    world.file('topo.yaml', OFF);
    expect(world.topo(['plan']).stderr).toBe('');
    world.mustTopo('apply', '--yes');
    expect(asked()).toContain('peer=10.5.0.1');
    expect(world.topo(['plan']).stderr).toBe('');
  });
});
