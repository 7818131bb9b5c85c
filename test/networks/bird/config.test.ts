/** `routing` as the configuration of the daemon; BIRD itself is asked whether it takes it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { BirdConfig } from '../../../src/networks/bird/config.js';
import { birdText } from '../../../src/networks/bird/text.js';
import { daemonsOf, pair } from './lab.js';

function complaintOfBird(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'topo-bird-'));
  try {
    writeFileSync(join(folder, 'bird.conf'), text);
    const { status, stdout, stderr, error } = spawnSync('bird', ['-p', '-c', join(folder, 'bird.conf')], { encoding: 'utf8' });
    if (error !== undefined) throw error;
    return status === 0 ? '' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const EVERYTHING = `
name: all
networks: { lan: { subnet: [10.61.0.0/24, 'fd61::/64'] } }
defaults: { forwarding: true }
nodes:
  a:
    networks: { lan: { ipv4_address: 10.61.0.2, ipv6_address: 'fd61::2' } }
    interfaces: { lo: { addresses: [10.0.0.1/32, 'fd00::1/128'] } }
    routes: [{ to: 10.7.0.0/16, via: 10.61.0.9 }, { to: 10.6.0.0/16, via: 10.61.0.9 }]
    routing:
      bgp:
        asn: 65001
        neighbors:
          - { peer: b, next_hop_self: true, route_reflector_client: true, bfd: true, hold_time: 9, keepalive: 3, password: 'p w' }
          - { peer: 192.0.2.1, asn: 64512, multihop: 3, passive: true }
        networks: [10.9.0.0/16, 10.0.0.1/32, 'fd61::/64', 10.7.0.0/16]
        redistribute: [connected, ospf]
        cluster_id: 10.0.0.100
      ospf:
        areas: { 7: { eth1: { cost: 5, hello: 1, bfd: true } }, 0: [lo, eth0] }
        redistribute: [bgp, static]
      static:
        - { to: 10.9.0.0/16, type: blackhole }
        - { to: 10.8.0.0/16, via: [10.61.0.7, 10.61.0.8] }
        - { to: default, via: 'fd61::9' }
  b:
    networks: { lan: { ipv4_address: 10.61.0.3, ipv6_address: 'fd61::3' } }
    routing: { multipath: false, router_id: 10.0.0.2, bgp: { asn: 65001, neighbors: [a], redistribute: [kernel] } }
links: [{ endpoints: [{ node: a, interface: eth1, ipv4_address: 10.1.0.1/30 }, { node: b, interface: eth1, ipv4_address: 10.1.0.2/30 }] }]
`;

/** The body of one protocol, a line each. */
function protocol(text: string, name: string): readonly string[] {
  const body = new RegExp(`^protocol [a-z0-9 ]+'${name}' \\{\n([\\s\\S]*?)\n\\}$`, 'm').exec(text)?.[1];
  return (body ?? '').split('\n').map((line) => line.trim());
}

describe('the configuration', () => {
  // A session over a link and a network both: which one must be said.
  const yaml = EVERYTHING.replace('peer: b,', 'peer: b, address: 10.61.0.3,').replace(
    '[a]',
    "[{ peer: a, address: 10.61.0.2, bfd: true, password: 'p w' }]",
  );
  const { configs, problems } = daemonsOf(yaml);
  const [a = '', b = ''] = [configs['a'], configs['b']];

  it('is one that BIRD takes', () => {
    expect(problems).toEqual([]);
    expect([complaintOfBird(a), complaintOfBird(b)]).toEqual(['', '']);
  });

  it('is the same each time', () => {
    expect(daemonsOf(yaml).configs).toEqual(configs);
  });

  it.each([
    [
      'bgp-10.61.0.3',
      `description "b";|local 10.61.0.2 as 65001;|neighbor 10.61.0.3 as 65001;|direct;|hold time 9;|keepalive time 3;|connect delay time 1;|connect retry time 5;|error wait time 1, 10;|bfd on;|password "p w";|rr client;|rr cluster id 10.0.0.100;|ipv4 {|next hop self ebgp;|import all;|export filter {|if source ~ [ RTS_BGP, RTS_DEVICE, RTS_OSPF, RTS_OSPF_IA, RTS_OSPF_EXT1, RTS_OSPF_EXT2 ] then accept;|if net = 10.0.0.1/32 then accept;|if net = 10.7.0.0/16 then accept;|if net = 10.9.0.0/16 then accept;|if net = fd61::/64 then accept;|reject;|};|};`,
    ],
    ['connected', 'ipv4;|ipv6;'],
    ['static-4', 'ipv4;|route 10.8.0.0/16 via 10.61.0.7 via 10.61.0.8;|route 10.9.0.0/16 blackhole;'],
    ['static-6', 'ipv6;|route ::/0 via fd61::9;'],
    // Of the routes that the file writes, the one that is announced.
    [
      'kernel-4',
      'scan time 5;|learn;|merge paths on;|ipv4 {|import filter {|if net = 10.7.0.0/16 then accept;|reject;|};|export filter {|if source ~ [ RTS_DEVICE, RTS_INHERIT ] then reject;|accept;|};|};',
    ],
    [
      'ospf-4',
      'ecmp on;|ipv4 {|import all;|export filter {|if source ~ [ RTS_BGP, RTS_STATIC ] then accept;|reject;|};|};|area 0.0.0.0 {|interface "eth0" {|type broadcast;|hello 10;|dead 40;|wait 40;|};|interface "lo" {|stub on;|};|};|area 0.0.0.7 {|interface "eth1" {|cost 5;|type ptp;|hello 1;|dead 4;|bfd on;|};|};',
    ],
    [
      'ospf-6',
      'ecmp on;|ipv6 {|import all;|export filter {|if source ~ [ RTS_BGP, RTS_STATIC ] then accept;|reject;|};|};|area 0.0.0.0 {|interface "eth0" {|type broadcast;|hello 10;|dead 40;|wait 40;|};|stubnet fd00::1/128;|};|area 0.0.0.7 {|interface "eth1" {|cost 5;|type ptp;|hello 1;|dead 4;|bfd on;|};|};',
    ],
    ['bfd-all', 'interface "*" { interval 250 ms; multiplier 3; };'],
  ])('has %s', (name, lines) => {
    expect(protocol(a, name)).toEqual(lines.split('|'));
  });

  it('has no merged paths with multipath: false', () => {
    expect(protocol(b, 'kernel-4')).not.toContain('merge paths on;');
  });

  it.each([
    ['as written', 'a', 'router_id: 10.3.3.3', 'router id 10.3.3.3;'],
    ['the lowest address of lo', 'a', 'multipath: true', 'router id 10.0.0.1;'],
  ])('has the identifier %s', (_what, node, routing, line) => {
    const text = `{ name: x, defaults: { forwarding: true }, nodes: { a: { interfaces: { lo: { addresses: [10.0.0.7/32, 10.0.0.1/32] } }, routing: { ${routing} } } } }`;
    expect(daemonsOf(text).configs[node]).toContain(line);
  });

  it('has the identifier of the lowest other address, and without any, one of the names', () => {
    const of = (interfaces: string): string => {
      const text = `{ name: x, defaults: { forwarding: true }, nodes: { a: { interfaces: ${interfaces}, routing: {} }, b: {} }, links: [{ endpoints: ['a:eth1', 'b:eth1'] }] }`;
      return /router id (.*);/.exec(daemonsOf(text).configs['a'] ?? '')?.[1] ?? '';
    };
    expect(of('{ eth1: { addresses: [10.2.0.1/24, 10.1.0.1/24] } }')).toBe('10.1.0.1');
    expect(of('{}')).toMatch(/^0\.\d+\.\d+\.\d+$/);
    expect(of('{}')).toBe(of('{}'));
  });

  it('does not depend on the order of neighbors', () => {
    const lines = (neighbors: string): string | undefined =>
      daemonsOf(pair(`{ asn: 1, neighbors: [${neighbors}] }`, '{ asn: 2, neighbors: [a] }')).configs['a'];
    const both = ['{ peer: b, address: 10.1.0.2 }', '{ peer: b, address: "fd01::2" }'];
    expect(lines(both.join(', '))).toBe(lines([...both].reverse().join(', ')));
  });
});

describe('what calico needs', () => {
  it('can be said, and BIRD takes it', () => {
    const config: BirdConfig = {
      routerId: '10.0.0.1',
      protocols: [
        { protocol: 'direct', name: 'the-nodes', families: [4], interfaces: ['cali*'] },
        { protocol: 'static', name: 'the-blocks', family: 4, routes: [{ to: '10.32.0.0/26', target: 'blackhole' }] },
        {
          protocol: 'kernel',
          name: 'kernel-4',
          family: 4,
          mergePaths: false,
          table: 100,
          import: { rules: [{ match: { within: ['10.32.0.0/26'] }, verdict: 'accept' }], otherwise: 'reject' },
          export: { rules: [{ match: { within: ['10.32.0.0/26'] }, verdict: 'reject' }], otherwise: 'accept' },
        },
      ],
    };
    const text = `${birdText(config).join('\n')}\n`;
    expect(protocol(text, 'the-nodes')).toEqual(['ipv4;', 'interface "cali*";']);
    expect(protocol(text, 'kernel-4')).toContain('if net ~ 10.32.0.0/26 then reject;');
    expect(complaintOfBird(text)).toBe('');
  });
});
