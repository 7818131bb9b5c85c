import type { World } from '../world.js';

/** Waits until the command in the namespace (null: the root one) writes what fits; gives what it wrote last. Daemons take their time. */
export async function until(world: World, netns: string | null, command: string, fits: RegExp, seconds = 20): Promise<string> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const { stdout, stderr } = netns === null ? world.sh(command) : world.in(netns, command);
    if (fits.test(stdout)) return stdout;
    if (performance.now() > deadline)
      throw new Error(`${command} in ${netns ?? 'the host'}: nothing fits ${String(fits)} in\n${stdout}${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What BIRD in the node says, asked by its own client. */
export function birdc(world: World, lab: string, node: string, command: string): string {
  return world.must(`cd /run/topo/run/${lab}/${node}/@bird && birdc -s control ${command}`);
}
