import { readFileSync } from 'node:fs';

/**
 * How many TCP segments came to the namespace of the process without the MD5 signature that was expected: with another one, with
 * none, or with one that nobody asked for. The kernel drops them, and whoever has sent them hears nothing (`tcp_inbound_md5_hash`).
 */
export function unsignedSegments(pid: number): number {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/net/netstat`, 'utf8');
  } catch {
    return 0;
  }
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  return names.reduce((sum, name, i) => (name.startsWith('TCPMD5') ? sum + Number(values[i]) : sum), 0);
}
