/** The same of what goes on for longer: watching, what is to be confirmed, what is taken back or interrupted; and of every command line. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { TOPO, World } from '../system/world.js';
import { eventually, Watcher } from '../system/watch/watcher.js';

const [OLD, NEW, ONCE] = ['Rq7olderXw2', 'Yd3newerPc6', 'Kz9execBn4'];
const SECRETS = [OLD, NEW, ONCE];

const lab = (secret: string, exec: string): string => `name: s
networks: { lan: { subnet: 10.46.0.0/24 } }
nodes:
  a: { networks: [lan], run: [{ name: r, command: sleep infinity, env: { TOKEN: ${secret} } }] }
  r1: { networks: [lan], forwarding: true, routing: { bgp: { asn: 65001, neighbors: [{ peer: r2, password: ${secret} }] } } }
  r2: { networks: [lan], forwarding: true, routing: { bgp: { asn: 65002, neighbors: [{ peer: r1, password: ${secret} }] } } }
  z: { exec: [{ command: '${exec}', env: { TOKEN: ${ONCE} } }] }
`;

let world: World;
beforeEach(async () => {
  world = await World.create();
  world.file('topo.yaml', lab(OLD, 'true'));
  world.file('patterns', SECRETS.join('\n'));
});
afterEach(() => world.dispose());

const secretsIn = (text: string): readonly string[] => SECRETS.filter((secret) => text.includes(secret));

/** Runs the program under a tracer: what it prints, and each command line of it and of all that it starts, has no secret. */
function traced(status: number, ...args: readonly string[]): string {
  const tracer = 'strace -D -I 2 -f -qq -s 100000 -e trace=execve -o calls';
  const done = world.sh(`${tracer} ${process.execPath} ${TOPO} ${args.join(' ')} >out 2>&1`);
  // It writes the rest when it is ended.
  world.must(
    'tracer=$(pgrep -x strace || :); [ -z "$tracer" ] || kill $tracer; while [ -e /proc/${tracer:-none}/exe ]; do sleep 0.02; done',
  );
  const [printed, calls] = [world.must('cat out'), world.must('cat calls')];
  expect([args, done.status, printed]).toEqual([args, status, printed]);
  expect([args, secretsIn(printed), secretsIn(calls)]).toEqual([args, [], []]);
  expect(calls).toContain('execve(');
  return printed;
}

/** What of /run/topo somebody else than root could read, and has a secret. */
function readable(): string {
  return world.must(
    'setpriv --reuid 65534 --regid 65534 --clear-groups grep -rlFf /dev/stdin /run/topo /etc/netns 2>/dev/null <patterns || :',
  );
}

it('no secret is told of what is to be confirmed, nor kept where others read it, nor told when it is reverted', () => {
  traced(0, 'apply', '--yes');
  world.file('topo.yaml', lab(NEW, 'true'));
  expect(traced(0, 'apply', '--yes', '--verbose', '--confirm', '10m')).toContain('topo confirm');
  // What there was is kept, for root.
  expect(world.must('grep -rlFf patterns /run/topo/pending')).toBe('/run/topo/pending/s/basis\n');
  expect(world.must('stat -c %a /run/topo/pending/s/basis /run/topo/pending /run/topo/pending/s')).toBe('600\n700\n700\n');
  expect(readable()).toBe('');
  traced(0, 'status', '--json');
  expect(traced(0, 'confirm', '--revert', '--verbose')).toContain('Reverted: all is as it was before');
  expect(world.sh('grep -rFf patterns /run/topo/taken-back /run/topo/reverted /run/topo/pending').stdout).toBe('');
  traced(1, 'status', '--verbose');
  traced(0, 'plan', '--verbose');
});

it('no secret is in the words of an apply that nobody confirmed, which are kept for the next command', async () => {
  world.mustTopo('apply', '--yes');
  world.file('topo.yaml', lab(NEW, 'true'));
  traced(0, 'apply', '--yes', '--confirm', '1s');
  await eventually(
    () => world.sh('[ -s /run/topo/reverted/s ] && [ ! -e /run/topo/pending ]').status === 0,
    () => world.sh('find /run/topo').stdout,
  );
  expect(secretsIn(world.must('cat /run/topo/reverted/s'))).toEqual([]);
  traced(1, 'status');
  expect(traced(0, 'apply', '--yes')).toContain('was not confirmed');
});

it('no secret is in the report of an apply that is rolled back, or interrupted', () => {
  world.mustTopo('apply', '--yes');
  world.file('topo.yaml', lab(NEW, 'false'));
  expect(traced(1, 'apply', '--yes', '--verbose')).toContain('rolled back');
  expect(traced(1, 'apply', '--yes', '--json')).toContain('"phase":"rollback"');
  world.file('topo.yaml', lab(NEW, 'touch /run/begun; sleep 60'));
  for (const flags of ['--verbose', '--json']) {
    const interrupted = 'until [ -e /run/begun ]; do sleep 0.02; done; kill -INT $pid; wait $pid';
    const { status, stdout, stderr } = world.sh(
      `rm -f /run/begun; ${process.execPath} ${TOPO} apply --yes ${flags} & pid=$!; ${interrupted}`,
    );
    expect([status, secretsIn(stdout + stderr)]).toEqual([130, []]);
    expect(stdout + stderr).toMatch(/[Ii]nterrupted/);
  }
  expect(traced(0, 'destroy', '--yes', '--verbose')).toContain('Destroy complete!');
});

it('no secret is told by a watch, in its metrics, or on a command line of it', async () => {
  world.mustTopo('apply', '--yes');
  const watcher = await Watcher.start(world, ['--repair', '--metrics-file', 'metrics', 'topo.yaml']);
  await watcher.until('in-sync');
  world.must('pkill -KILL -f "^sleep infinity" -n; ip -n s.a link set eth0 mtu 1400');
  await watcher.until('repair');
  world.file('topo.yaml', lab(NEW, 'true'));
  await watcher.until('drift', (event) => JSON.stringify(event).includes('(sensitive value'));
  await watcher.until('repair');
  world.file('topo.yaml', lab(NEW, 'true').replace('run: [', `rum: [`));
  await watcher.until('file', (event) => JSON.stringify(event).includes('unknown-key'));
  await eventually(
    () => world.must('cat metrics').includes('topo_'),
    () => 'no metrics',
  );
  expect(secretsIn(JSON.stringify(watcher.told) + watcher.errors + world.must('cat metrics'))).toEqual([]);
  expect(secretsIn(world.must("cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))).toEqual([]);
  expect(readable()).toBe('');
});

it('no secret is in any format that a plan or a validation has', () => {
  world.mustTopo('apply', '--yes');
  world.file('topo.yaml', lab(NEW, 'true'));
  for (const format of ['text', 'json', 'markdown', 'shell']) traced(0, 'plan', '--format', format);
  world.file('old.yaml', lab(OLD, 'true'));
  for (const format of ['text', 'json', 'markdown']) traced(0, 'plan', '--from', 'old.yaml', '--format', format, 'topo.yaml');
  for (const wrong of [lab(NEW, 'true').replace('command:', 'comand:'), lab(`[${NEW}]`, 'true'), `${lab(NEW, 'true')}]`]) {
    world.file('topo.yaml', wrong);
    for (const format of ['text', 'json', 'github', 'sarif']) traced(1, 'validate', '--format', format);
  }
});
