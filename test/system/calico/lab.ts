import { NO_CHANGES } from '../../examples/example.js';
import { birdc, until } from '../routing/until.js';
import type { World } from '../world.js';

export const NODES = `
  a: { host: h1, networks: { pods: { ipv4_address: 10.244.1.5, host_interface: cali-a } }, labels: { app: web }, ports: ['8080:80'] }
  b: { host: h1, networks: { pods: { ipv4_address: 10.244.1.6, host_interface: cali-b } }, labels: { app: other } }
  c: { host: h2, networks: { pods: { ipv4_address: 10.244.2.5, host_interface: cali-c } }, labels: { app: db } }`;

/** Hosts `h1`, `h2` …, and a network `pods` with these keys. */
export function calicoLab(pods: string, nodes = NODES, hosts = 2): string {
  const all = Array.from({ length: hosts }, (_, i) => `\n  h${i + 1}: { networks: { lan: 192.168.50.${i + 11} } }`).join('');
  return `name: cal
networks:
  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }
  plain: { subnet: 172.30.0.0/24 }
  pods: { driver: calico, subnet: 10.244.0.0/16, underlay: lan${pods} }
hosts:${all}
nodes:${nodes}
`;
}

export function apply(world: World, text: string): void {
  const file = world.file('topo.yaml', text);
  world.mustTopo('apply', '--yes', file);
  const plan = world.mustTopo('plan', file);
  if (plan !== NO_CHANGES) throw new Error(plan);
}

/** The host has learned so many blocks. */
export async function learned(world: World, host: string, blocks: number): Promise<void> {
  await until(world, `cal.${host}`, 'ip route | grep -c "proto bird"', new RegExp(`^${blocks}$`, 'm'), 30);
}

/** Name of the session and since when it is up. */
export function sessions(world: World, host: string): readonly string[] {
  const up = birdc(world, 'cal', host, 'show protocols').matchAll(/^(mesh-\S+) .* up +(\S+ \S+) +Established/gm);
  return [...up].map(([, name, time]) => `${name} ${time}`).sort();
}
