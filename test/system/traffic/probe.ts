/** One attempt to reach something, and what came of it in a few words. */
import type { Result, World } from '../world.js';

/**
 * `target` is a URL for curl, `ping ADDRESS` (options before it), `udp ADDRESS:PORT`, or `route ADDRESS`. The result is `answer`
 * of a ping, `SERVER sees ADDRESS` of a server, `via ADDRESS dev NAME` of a route, or `timeout`, `refused`, `unreachable`, `too long`.
 */
export async function probe(world: World, from: string | null, target: string): Promise<string> {
  const [word = '', ...words] = target.split(' ');
  const rest = words.join(' ');
  if (word === 'ping') return pinged(await world.later(from, `ping -n -c 1 -W 2 ${rest}`));
  if (word === 'route') return routed(await world.later(from, `ip route get ${rest}`));
  if (word === 'udp') return served(await world.later(from, udp(rest)));
  return served(await world.later(from, `curl -sSv -g --noproxy '*' --connect-timeout 2 --max-time 8 '${target}'`));
}

/** A connected socket: an answer from another address than the one that was asked does not count. */
function udp(place: string): string {
  const [address, port] = place.split(':');
  return `timeout 3 bash -c 'exec 3<>/dev/udp/${address}/${port} && echo hello >&3 && head -n 1 <&3'`;
}

function pinged({ status, stdout, stderr }: Result): string {
  if (status === 0) return 'answer';
  return refusal(`${stdout}${stderr}`) ?? (status === 1 ? 'timeout' : `status ${status}: ${stderr}`);
}

function routed({ stdout, stderr }: Result): string {
  return /via \S+ dev \S+|dev \S+/.exec(stdout)?.[0] ?? refusal(stderr) ?? stderr;
}

function served({ status, stdout, stderr }: Result): string {
  const answer = /^(\S+) peer=(\S+)$/m.exec(stdout);
  if (answer !== null) return `${answer[1]} sees ${answer[2]}`;
  if (status === 28 || status === 124) return 'timeout';
  return refusal(stderr) ?? `status ${status}: ${stdout}${stderr}`;
}

function refusal(text: string): string | null {
  if (/connection refused/i.test(text)) return 'refused';
  if (/message too long/i.test(text)) return 'too long';
  return /unreachable|no route to host/i.test(text) ? 'unreachable' : null;
}
