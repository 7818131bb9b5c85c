/** One attempt to reach something, and what came of it in a few words. */
import { isIP } from 'node:net';
import type { Result, World } from '../world.js';

/**
 * `target` is a URL for curl, `ping ADDRESS` (options before it), `udp ADDRESS:PORT` (`udp [ADDRESS]:PORT`), `route ADDRESS`, or `name NAME` (or an address,
 * whose name is wanted), or `dig NAME` (options before it). The result is `answer` of a ping, `SERVER sees ADDRESS` of a server, `via ADDRESS dev NAME` of a route, what
 * the name means or `unknown`, or `timeout`, `refused`, `unreachable`, `too long`.
 */
export async function probe(world: World, from: string | null, target: string): Promise<string> {
  const [word = '', ...words] = target.split(' ');
  const rest = words.join(' ');
  if (word === 'ping') return pinged(await world.later(from, `ping -n -c 1 -W 2 ${rest}`));
  if (word === 'route') return routed(await world.later(from, `ip route get ${rest}`));
  if (word === 'name')
    return named(await world.later(from, isIP(rest) === 0 ? `getent ahosts ${rest}` : `getent hosts ${rest}`), isIP(rest));
  if (word === 'dig') return queried(await world.later(from, `dig +time=2 +tries=1 ${rest}`));
  if (word === 'udp') return served(await world.later(from, udp(rest)));
  return served(await world.later(from, `curl -sSv -g --noproxy '*' --connect-timeout 2 --max-time 8 '${target}'`));
}

/** A connected socket: an answer from another address than the one that was asked does not count. */
function udp(place: string): string {
  const [, address, port] = /^\[?(.*?)\]?:(\d+)$/.exec(place) ?? [];
  return `timeout 3 bash -c 'exec 3<>/dev/udp/${address}/${port} && echo hello >&3 && head -n 1 <&3'`;
}

/** Each line begins with an address; the name follows where an address was asked for. */
function named({ status, stdout, stderr }: Result, asked: number): string {
  if (status === 2) return 'unknown';
  if (status !== 0) return `status ${status}: ${stderr}`;
  const words = stdout.split('\n').flatMap((line) => line.split(/\s+/)[asked === 0 ? 0 : 1] ?? []);
  return [...new Set(words)]
    .filter((one) => one !== '')
    .sort()
    .join(', ');
}

/** What the server answers: the data of all records, or its status (`nxdomain`), or `none` where it knows the name and no such record. */
function queried({ status, stdout, stderr }: Result): string {
  if (/timed out|no servers could be reached/.test(stdout)) return /connection refused/i.test(stdout) ? 'refused' : 'timeout';
  const code = /status: (\w+)/.exec(stdout)?.[1];
  if (status !== 0 || code === undefined) return refusal(`${stdout}${stderr}`) ?? `status ${status}: ${stdout}${stderr}`;
  const answers = [...stdout.matchAll(/^[^;\s]\S*\s+\d+\s+IN\s+\S+\s+(\S+?)\.?$/gm)].map(([, data = '']) => data);
  if (code !== 'NOERROR') return code.toLowerCase();
  return answers.length === 0 ? 'none' : answers.sort().join(', ');
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
