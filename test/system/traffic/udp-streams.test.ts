/**
 * UDP flows whose both ends send without being asked, as of tunnels, calls and games: a server that goes on to send when its port
 * leads elsewhere must not get its clients back by that.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_CHANGES } from '../../examples/example.js';
import { World } from '../world.js';

const lab = (first: string, second = '[]'): string => `
name: streams
networks:
  a: { subnet: [10.62.0.0/24, 'fd62::/64'] }
nodes:
  a1: { networks: { a: { ipv4_address: 10.62.0.2, ipv6_address: 'fd62::2' } }, ports: ${first} }
  a2: { networks: { a: { ipv4_address: 10.62.0.3, ipv6_address: 'fd62::3' } }, ports: ${second} }
`;
/** The same port on both sides: the one that the kernel gives to what the node itself begins, too. */
const PORT = "['4000:4000/udp']";

/** Has its clients by their datagrams, and sends to each of them every millisecond from then on. */
const SERVER = `
const [, name] = process.argv;
const socket = require('dgram').createSocket('udp6');
const clients = new Map();
let heard = 0;
socket.on('message', (message, from) => { heard = Number(message); clients.set(from.address + ' ' + from.port, from); });
setInterval(() => { for (const { port, address } of clients.values()) socket.send(name + ' ' + heard, port, address); }, 1);
socket.bind(4000, () => console.log('ready'));
`;

/**
 * Sends a number every 30 ms, and answers a line of its input with who has heard one that was sent since, as told from where it sends
 * to, or \`nobody\`.
 */
const CLIENT = `
const [, type, address, port] = process.argv;
const socket = require('dgram').createSocket({ type, ipv6Only: type === 'udp6' });
let sent = 0;
let asked = 0;
const tell = (text) => { if (asked > 0) console.log(text); asked = 0; };
socket.on('message', (message, from) => {
  const [name, heard] = String(message).split(' ');
  if (from.port === 4000 && from.address === address && Number(heard) >= asked) tell(name);
});
socket.on('error', () => undefined);
process.stdin.on('data', () => { asked = sent + 1; });
setInterval(() => { socket.send(String(++sent), 4000, address); if (sent - asked > 20) tell('nobody'); }, 30);
socket.bind(Number(port), () => console.log('ready'));
`;

let world: World;
let clients: readonly (() => Promise<string>)[];
const heard = (): Promise<readonly string[]> => Promise.all(clients.map((ask) => ask()));
const apply = (text: string): string => world.mustTopo('apply', '--yes', world.file('topo.yaml', text));

async function client(type: string, address: string, port: number): Promise<() => Promise<string>> {
  const child = await world.background('outside', [process.execPath, '-e', CLIENT, type, address, String(port)], 'ready');
  return () =>
    new Promise((resolve) => {
      child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      child.stdin?.write('who\n');
    });
}

const serve = (netns: string | null, name: string): Promise<unknown> =>
  world.background(netns, [process.execPath, '-e', SERVER, name], 'ready');

beforeAll(async () => {
  world = await World.create();
  world.outside();
  apply(lab(PORT));
  await Promise.all([serve('streams.a1', 'a1'), serve('streams.a2', 'a2')]);
  // One from the port that it sends to, as tunnels do.
  clients = await Promise.all([client('udp4', '10.99.0.2', 4001), client('udp6', 'fd99::2', 4001), client('udp4', '10.99.0.2', 4000)]);
});
afterAll(() => world.dispose());

describe('a stream in both directions', () => {
  it('moves with its port, to and fro, though the former server goes on to send', async () => {
    expect(await heard()).toEqual(['a1', 'a1', 'a1']);
    for (let round = 0; round < 3; round++) {
      apply(lab('[]', PORT));
      expect(await heard()).toEqual(['a2', 'a2', 'a2']);
      apply(lab(PORT));
      expect(await heard()).toEqual(['a1', 'a1', 'a1']);
    }
    expect(world.mustTopo('plan')).toBe(NO_CHANGES);
  });

  it('ends when its port is not published any more', async () => {
    apply(lab('[]'));
    expect(await heard()).toEqual(['nobody', 'nobody', 'nobody']);
  });

  it('goes to the node that its port is published for later', async () => {
    apply(lab('[]', PORT));
    expect(await heard()).toEqual(['a2', 'a2', 'a2']);
  });
});
