/** A network over ten hosts, with fifty nodes on each: beside the same objects by raw netlink, and with one node more. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from './firewall.js';

const HOSTS = 10;
const NODES = 50;
const ROUNDS = 5;

function overlayYaml(more: readonly string[]): string {
  const hosts = Array.from({ length: HOSTS }, (_, i) => `  h${i}: { networks: { lan: 192.168.50.${i + 10} } }`);
  const nodes = Array.from({ length: HOSTS * NODES }, (_, i) => `  n${i}: { host: h${i % HOSTS}, networks: [net] }`);
  return [
    'name: overlay',
    'networks:',
    '  lan: { subnet: 192.168.50.0/24 }',
    '  net: { driver: vxlan, subnet: 10.32.0.0/16, dns: none }',
    'hosts:',
    ...hosts,
    'nodes:',
    ...nodes,
    ...more,
    '',
  ].join('\n');
}

interface OverlayTools extends Tools {
  /** Makes the objects (`overlay`) or takes them away; gives milliseconds. */
  readonly floor: (what: 'overlay' | 'delete', hosts: number, nodes: number) => number;
}

export function benchOverlay({ directory, topo, settle, row, floor, program }: OverlayTools): void {
  const file = join(directory, 'overlay.yaml');
  const larger = join(directory, 'larger.yaml');
  writeFileSync(file, overlayYaml([]));
  writeFileSync(larger, overlayYaml([`  more: { host: h0, networks: [net] }`]));
  const pairs: [number, number][] = [];
  const added: [number, number][] = [];
  let touched = '';
  for (let round = 0; round < ROUNDS; round++) {
    const created = floor('overlay', HOSTS, NODES);
    settle();
    floor('delete', HOSTS, NODES);
    settle();
    pairs.push([topo('apply', '--yes', '--quiet', file), created]);
    settle();
    const plan = topo('plan', file);
    const { stdout } = spawnSync(process.execPath, [program, 'plan', larger], { encoding: 'utf8' });
    touched = /^Plan: .*$/m.exec(stdout)?.[0] ?? '';
    added.push([topo('apply', '--yes', '--quiet', larger), plan]);
    topo('destroy', '--yes', '--quiet', larger);
    settle();
  }
  row(`apply of ${HOSTS} hosts with ${NODES} nodes each in one vxlan network, beside the floor`, 'at most 1.4', pairs);
  row(`one node more, beside a plan with nothing to do (${touched})`, '', added);
}
