import { LABELS } from '../../model/container.js';
import type { Runtime } from '../../model/lo-marks.js';
import type { Kernel } from '../kernel.js';
import { RuntimeCli } from './cli.js';
import { inspect } from './observe.js';

interface Place {
  readonly lab: string;
  readonly node: string;
  readonly netns: string;
}

/** The container that a node is: by its labels if topo started it, by its namespace if not. Null: it is none that runs. */
export function findContainer(
  kernel: Kernel,
  runtime: Runtime,
  env: { readonly [name: string]: string | undefined },
  { lab, node, netns }: Place,
): string | null {
  const cli = new RuntimeCli(runtime, env);
  const running = inspect(cli, cli.ask('ps', '--quiet', '--no-trunc').split('\n').filter(Boolean));
  const own = running.find(({ labels }) => labels[LABELS.lab] === lab && labels[LABELS.node] === node);
  if (own !== undefined) return own.id;
  const { namespaces } = kernel.observe({ lab, namespaces: [netns], sysctls: new Map(), rules: [] });
  const inode = namespaces.find((one) => one.netns === netns)?.inode;
  const others = running.filter((one) => one.labels[LABELS.lab] === undefined && one.inode !== null && one.inode === inode);
  return others[0]?.id ?? null;
}
