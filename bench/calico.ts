/** How long the hosts of a calico network take to tell each other their blocks. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from './firewall.js';

const HOSTS = 20;
const ROUNDS = 3;

function calicoYaml(bgp: string): string {
  const numbers = Array.from({ length: HOSTS }, (_, i) => i + 1);
  return [
    'name: calico',
    'networks:',
    '  lan: { subnet: 192.168.50.0/24, masquerade: false, isolated: false }',
    `  pods: { driver: calico, subnet: 10.244.0.0/16, underlay: lan${bgp} }`,
    'hosts:',
    ...numbers.map((i) => `  h${i}: { networks: { lan: 192.168.50.${i + 10} } }`),
    'nodes:',
    ...numbers.map((i) => `  n${i}: { host: h${i}, networks: [pods] }`),
    '',
  ].join('\n');
}

/** Milliseconds until every host has the blocks of all others. */
function converged(): number {
  const start = performance.now();
  const others = HOSTS - 1;
  const script = `for i in $(seq ${HOSTS}); do until [ "$(ip -n calico.h$i route show proto bird | wc -l)" -eq ${others} ]; do sleep 0.02; done; done`;
  const { status, stderr } = spawnSync('timeout', ['60', 'sh', '-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the hosts have not learned all blocks within a minute: ${stderr}`);
  return performance.now() - start;
}

export function benchCalico({ directory, topo, settle, row }: Tools): void {
  const file = join(directory, 'calico.yaml');
  for (const [name, bgp] of [
    ['a full mesh', ''],
    ['two route reflectors', ', bgp: { route_reflectors: [h1, h2] }'],
  ] as const) {
    writeFileSync(file, calicoYaml(bgp));
    const rounds = Array.from({ length: ROUNDS }, () => {
      const applied = topo('apply', '--yes', '--quiet', file);
      const learned = converged();
      topo('destroy', '--yes', '--quiet', file);
      settle();
      return { applied, learned };
    });
    row(
      `apply of ${HOSTS} calico hosts, ${name}`,
      '',
      rounds.map(({ applied }) => [applied, NaN] as const),
    );
    row(
      `from its end until every host has all ${HOSTS} blocks`,
      '',
      rounds.map(({ learned }) => [learned, NaN] as const),
    );
  }
}
