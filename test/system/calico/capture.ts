import type { World } from '../world.js';

/** What tcpdump in the namespace writes, a packet a line, from now until `stop`; it is listening when this resolves. */
export async function capture(world: World, netns: string, dev: string, filter: string): Promise<{ stop(): Promise<readonly string[]> }> {
  const child = await world.background(netns, ['tcpdump', '-n', '-l', '-t', '--immediate-mode', '-i', dev, filter], 'listening on');
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    stop: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill('SIGTERM');
      return text.split('\n').filter((line) => line !== '');
    },
  };
}
