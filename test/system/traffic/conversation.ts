import type { ChildProcess } from 'node:child_process';
import type { World } from '../world.js';

/** One TCP connection that stays open: each line on its input is a question, each answer the body of a response. */
const CLIENT = `
exec 3<>"/dev/tcp/$1/$2" && echo connected
while read -r _; do
  printf 'GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n' >&3
  answer='no answer'
  while IFS= read -r -t 5 -u 3 line; do
    case $line in *peer=*) answer=$line; break ;; esac
  done
  echo "$answer"
done`;

export class Conversation {
  private constructor(private readonly client: ChildProcess) {}

  static async open(world: World, netns: string | null, address: string, port: number): Promise<Conversation> {
    return new Conversation(await world.background(netns, ['bash', '-c', CLIENT, 'client', address, String(port)], 'connected'));
  }

  ask(): Promise<string> {
    return new Promise((resolve) => {
      this.client.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      this.client.stdin?.write('next\n');
    });
  }
}
