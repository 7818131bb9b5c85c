/** `topo capture`: real packets, written by the program and read back by tcpdump. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Program, USERS } from '../sandbox/program.js';
import { TOPO, World, type Result } from '../system/world.js';

const LAB = `
name: shop
networks:
  front: { subnet: 10.61.0.0/24 }
  back: { subnet: 10.62.0.0/24 }
nodes:
  web: { networks: { front: 10.61.0.2, back: 10.62.0.2 } }
  db: { networks: { back: 10.62.0.3 } }
  # What runs somewhere disturbs nobody who captures.
  alone: { run: [{ name: idle, command: [sleep, infinity] }] }
`;

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
  world.mustTopo('apply', '--yes');
});
afterAll(() => world.dispose());

/** What comes of a capture while a ping with a given number of packets runs in the node. */
async function during(args: readonly string[], netns: string | null, ping: string): Promise<Result> {
  const started = await capture(args);
  world.must(`${netns === null ? '' : `ip netns exec ${netns} `}ping -n -c 3 -i 0.05 -W 1 ${ping}`);
  return started.ended;
}

interface Capture {
  readonly ended: Promise<Result>;
}

/** To the program itself, when a block of the kernel's must have ended: nothing else of the world has such a command line. */
function send(signal: 'SIGINT' | 'SIGTERM'): void {
  world.must(`sleep 1.3; pkill -${signal.slice(3)} -f '[d]ist/topo.cjs capture'`);
}

/** Resolves when tcpdump listens. */
async function capture(args: readonly string[]): Promise<Capture> {
  const child = await world.background(null, [process.execPath, TOPO, 'capture', ...args], 'istening on');
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { ended: once(child, 'close').then(([status]) => ({ status: Number(status ?? 128), stdout, stderr })) };
}

/** The packets of a file, as `FROM > TO: KIND`. */
function packets(file: string): readonly string[] {
  const lines = world.must(`tcpdump -n -r ${file} 2>/dev/null`).trim().split('\n');
  return lines.flatMap((line) => /(\S+ > \S+: ICMP echo \w+)/.exec(line)?.[1] ?? []);
}

const ROUND = ['10.62.0.3 > 10.62.0.2: ICMP echo request', '10.62.0.2 > 10.62.0.3: ICMP echo reply'];

describe('topo capture', () => {
  it('shows the packets of a node, as many as are asked for', async () => {
    const { status, stdout } = await during(['db', '-c', '2', 'icmp'], 'shop.db', '10.62.0.2');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(ROUND.map((words) => expect.stringContaining(words)));
  });

  it('writes them to a file that tcpdump reads', async () => {
    const { status, stdout } = await during(['db', '-w', 'db.pcap', '-c', '4', 'icmp'], 'shop.db', '10.62.0.2');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(packets('db.pcap')).toEqual([...ROUND, ...ROUND]);
  });

  it('writes nothing but them to standard output, for a program that reads on', async () => {
    await world.later(
      null,
      `(sleep 1; ping -n -c 3 -i 0.1 10.62.0.3 >&2) & ${process.execPath} ${TOPO} capture shop.db:eth0 -w - -c 2 icmp > out.pcap`,
    );
    expect(packets('out.pcap')).toEqual(['10.62.0.1 > 10.62.0.3: ICMP echo request', '10.62.0.3 > 10.62.0.1: ICMP echo reply']);
  });

  it.each([
    ['db', 'EN10MB', 'on its only interface'],
    ['web', 'LINUX_SLL', 'on all interfaces'],
    ['web:eth1', 'EN10MB', 'on the interface that is named'],
  ])('%s listens on a link of the type %s: %s', async (target, type) => {
    const { ended } = await capture([target, '-w', 'type.pcap']);
    send('SIGINT');
    expect((await ended).status).toBe(0);
    expect(world.must('tcpdump -r type.pcap 2>&1')).toContain(`link-type ${type}`);
  });

  it('passes the words of a filter on', async () => {
    const started = await capture([
      'web',
      '-w',
      'filtered.pcap',
      'icmp',
      'and',
      'src',
      'host',
      '10.62.0.3',
      'and icmp[icmptype] = icmp-echo',
    ]);
    world.must('ip netns exec shop.db ping -n -c 2 -i 0.05 10.62.0.2');
    send('SIGINT');
    expect((await started.ended).status).toBe(0);
    expect(packets('filtered.pcap')).toEqual([ROUND[0], ROUND[0]]);
  });

  it('captures on the host, by a bridge’s readable name too', async () => {
    const { status, stdout } = await during(['host:topo.shop.back', '-c', '1', 'icmp'], 'shop.db', '10.62.0.1');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('10.62.0.3 > 10.62.0.1: ICMP echo request') });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('is ended by %s with the status of tcpdump, and all is written', async (signal) => {
    const started = await capture(['db', '-w', 'ended.pcap', 'icmp']);
    world.must('ip netns exec shop.db ping -n -c 1 10.62.0.2');
    send(signal);
    expect(await started.ended).toMatchObject({ status: 0, stderr: expect.stringContaining('2 packets captured') });
    expect(packets('ended.pcap')).toEqual(ROUND);
    expect(world.sh('pgrep -x tcpdump').stdout).toBe('');
  });

  it('of a node with lo alone captures there', async () => {
    const { stdout } = await during(['alone', '-c', '1'], 'shop.alone', '127.0.0.1');
    expect(stdout).toContain('127.0.0.1 > 127.0.0.1: ICMP echo request');
  });
});

describe('what cannot be captured', () => {
  it.each([
    ['an interface that is not there', ['db:eth9'], 'db has no interface eth9: there are lo, eth0'],
    ['an interface of the host', ['host:eth9'], 'host has no interface eth9: there are lo'],
    ['a node that is not there', ['dbb'], 'no lab on this machine has a node dbb'],
    ['a number that is none', ['db', '-c', 'many'], 'Expected a number of packets, such as 10.'],
  ])('is told: %s', (_what, args, message) => {
    expect(world.topo(['capture', ...args])).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('without tcpdump names the package', () => {
    expect(world.sh(`PATH=/nowhere exec ${process.execPath} ${TOPO} capture db`)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/there is no program tcpdump.*\n.*install the package tcpdump/),
    });
  });

  it('is for tcpdump to say of a filter: its words, its status', () => {
    const { status, stdout, stderr } = world.topo(['capture', 'db', 'nonsense']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('tcpdump:');
  });
});

describe.each(USERS)('in a sandbox of %s', (user) => {
  it('writes a file', () => {
    const program = new Program(user);
    try {
      if (!program.canUnshare) return;
      const { status, stderr } = program.shell(
        'topo --sandbox apply --yes examples/first-lab >/dev/null && cd runtime && node() { topo --sandbox exec "$@"; }; ' +
          '(sleep 1; node web -- ping -n -c 2 -i 0.1 127.0.0.1 >/dev/null) & topo --sandbox capture web:lo -w web.pcap -c 2 icmp && wait && tcpdump -n -r web.pcap',
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('2 packets captured') });
      expect(statSync(join(program.folder, 'runtime/web.pcap')).size).toBeGreaterThan(100);
    } finally {
      program.dispose();
    }
  });
});
