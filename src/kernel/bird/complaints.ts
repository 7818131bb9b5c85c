/** What a daemon's log says of routers that it hears and does not take for neighbours: OSPF has no other place for that. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { NeighborStatus } from '../../model/routing-status.js';

/** As much of the end of a log as a minute of hellos fills, of many neighbours. */
const TAIL_BYTES = 64 * 1024;
const RECENT_MS = 60_000;

/** YYYY-MM-DD HH:MM:SS.mmm <RMT> ospf-4: Bad HELLO packet from nbr 10.0.0.1 on eth1 - hello interval mismatch (1) */
const COMPLAINT = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) <(?:RMT|AUTH)> ospf-[46]: (Bad .*?) from (?:nbr )?(\S+) (?:on|via) (\S+) - (.*)$/;

/** The last one of each router on each interface, of the last minute. */
export function ospfComplaints(log: string, now: number): readonly NeighborStatus[] {
  const found = new Map<string, NeighborStatus>();
  for (const line of tailOf(log)) {
    const [, time = '', what = '', peer = '', on = '', why = ''] = COMPLAINT.exec(line) ?? [];
    // In the time zone of the machine, which is ours as well.
    if (peer === '' || now - new Date(time.replace(' ', 'T')).getTime() > RECENT_MS) continue;
    found.set(`${peer} ${on}`, { protocol: 'ospf', peer, address: peer, interface: on, state: 'Down', problem: `${what}: ${why}` });
  }
  return [...found.values()];
}

function tailOf(path: string): readonly string[] {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8').split('\n');
  } catch {
    return [];
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
