/** A TCP connection that outlives a change, or does not: a server that says back what it hears, and its client. */
import type { ChildProcess } from 'node:child_process';
import type { World } from '../world.js';

const SERVER = `require('node:net')
  .createServer((socket) => socket.on('data', (data) => socket.write('echo ' + data)))
  .listen(9000, '0.0.0.0', () => console.log('ready'))`;

/** Its input goes out, and what comes back is its output. */
const CLIENT = `const socket = require('node:net').connect(9000, process.argv[1], () => console.log('connected'));
process.stdin.pipe(socket).pipe(process.stdout)`;

/** From one namespace to the server's, by that address; gives the client. */
export async function connection(world: World, from: string, to: string, address: string): Promise<ChildProcess> {
  await world.background(to, [process.execPath, '-e', SERVER], 'ready');
  return world.background(from, [process.execPath, '-e', CLIENT, address], 'connected');
}
