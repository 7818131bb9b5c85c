/** What goes over an interface, as tcpdump writes it. */
import type { World } from '../world.js';

export interface Wire {
  /** All that was heard so far, once that is among it. */
  heard(what: RegExp): Promise<string>;
}

const ATTEMPTS = 50;

export async function listen(world: World, netns: string, dev: string): Promise<Wire> {
  let text = '';
  const child = await world.background(netns, ['sh', '-c', `exec tcpdump -lnni ${dev} ip 2>&1`], 'listening');
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    heard: async (what) => {
      for (let i = 0; i < ATTEMPTS; i++) {
        if (what.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${String(what)} was not heard:\n${text}`);
    },
  };
}
