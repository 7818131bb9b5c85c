/** Questions to DNS servers, as programs ask them that do not read the hosts file. */
import type { World } from '../world.js';

/** What the host asks: a server elsewhere that knows one name, and says no to all others. */
export async function answerElsewhere(world: World): Promise<void> {
  world.outside();
  world.must('echo nameserver 10.99.0.1 > /etc/resolv.conf; echo 192.0.2.80 www.example.com > /run/upstream');
  await world.background(
    'outside',
    ['dnsmasq', '-d', '-C', '/dev/null', '-R', '-h', '-H', '/run/upstream', '--log-facility=-', '--local=/#/', '--user=root'],
    'started',
  );
}

/** What `dig` prints in short, sorted; the status where that is not NOERROR. `seconds`: of each of two tries. */
export function dig(world: World, netns: string, question: string, seconds: number): string {
  const { stdout } = world.in(netns, `dig +tries=2 +time=${seconds} ${question}`);
  const status = /status: (\w+)/.exec(stdout)?.[1] ?? 'no answer';
  const answers = [...stdout.matchAll(/^[^;\s].*\sIN\s+\w+\s+(\S+)$/gm)].map(([, answer]) => answer);
  return status === 'NOERROR' ? answers.sort().join(' ') : status;
}
