/** Every secret of a lab is a text that stands nowhere else: looked for in all that the program prints, keeps and runs. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { TOPO, World } from '../system/world.js';

const SECRETS = {
  run: 'Rq7runXw2',
  exec: 'Kz9execBn4',
  bgp: 'Vt5bgpLm8',
  user: 'Hs1userQe0',
  changed: 'Yd3changedPc6',
  failed: 'Gm4failedUa8',
};
const found = (text: string): readonly string[] => Object.values(SECRETS).filter((secret) => text.includes(secret));

const lab = (run: string, bgp: string): string => `name: secrets
networks: { lan: { subnet: 10.44.0.0/24 } }
nodes:
  r1: { networks: [lan], forwarding: true, routing: { bgp: { asn: 65001, neighbors: [{ peer: r2, password: ${bgp} }] } } }
  r2: { networks: [lan], forwarding: true, routing: { bgp: { asn: 65002, neighbors: [{ peer: r1, password: ${bgp} }] } } }
  web:
    networks: [lan]
    run:
      - { command: 'echo "$$(echo "$$LINES" | wc -l) $$HOME" >/run/root; exec sleep infinity', name: plain, env: { TOKEN: ${run}, LINES: "a\\n'b' ${run}" } }
      - { command: sleep infinity, name: other, user: nobody, env: { TOKEN: ${SECRETS.user}, PATH: "/usr/sbin:/bin" } }
    exec:
      - command: 'echo "$$USER" >/run/once; [ "$$TOKEN" = "$$(cat /run/expected)" ] || exit 1; sleep 0.3'
        env: { TOKEN: '\${EXEC}', EMPTY: '' }
`;

const world = await World.create();
const printed: (readonly [command: string, text: string])[] = [];

/** Runs the program with the variable that the file asks for; what it prints is kept. */
function topo(...args: readonly string[]): number {
  const { status, stdout, stderr } = world.topo(args, { EXEC: SECRETS.exec });
  printed.push([args.join(' '), stdout + stderr]);
  return status;
}

const lastText = (): string => printed.at(-1)![1];
const leaks = (): readonly string[] => printed.filter(([, text]) => found(text).length > 0).map(([command, text]) => `${command}: ${text}`);

afterAll(() => world.dispose());

describe('no secret', () => {
  it('is in what plan prints and saves', () => {
    world.file('topo.yaml', lab(SECRETS.run, SECRETS.bgp));
    world.file('expected', SECRETS.exec);
    world.file('patterns', Object.values(SECRETS).join('\n'));
    world.must('cp expected patterns /run/');
    for (const format of [[], ['--verbose'], ['--json'], ['--format', 'markdown'], ['--format', 'shell'], ['--out', 'saved.plan']])
      expect(topo('plan', ...format)).toBe(0);
    expect(world.must('cat saved.plan')).toContain('(sensitive value)');
    printed.push(['saved.plan', world.must('cat saved.plan')]);
    expect(topo('plan', '--from', 'topo.yaml', '--verbose')).toBe(0);
    expect(leaks()).toEqual([]);
  });

  it('is among the words of any command, or where others may read, while the lab is made', () => {
    const words = 'strace -D -I 2 -f -qq -s 100000 -e trace=execve -o /run/calls';
    // The tracer outlives it, and has its output.
    const { status } = world.sh(`${words} ${process.execPath} ${TOPO} apply --yes --verbose >out 2>&1`, { EXEC: SECRETS.exec });
    // It writes the rest when it is ended.
    world.must('tracer=$(pgrep -x strace); kill $tracer; while [ -e /proc/$tracer/exe ]; do sleep 0.02; done');
    printed.push(['apply', world.must('cat out')]);
    expect([lastText(), status]).toEqual([expect.stringContaining('Apply complete!'), 0]);
    const calls = world.must('cat /run/calls');
    expect(calls).toMatch(/execve\("[^"]*\/sleep", \["sleep", "infinity"\]/);
    expect(found(calls)).toEqual([]);
    expect(leaks()).toEqual([]);
    expect(readable(world)).toEqual([]);
  });

  it('is lost: processes have what they are to have, and nothing else', () => {
    expect(world.must('cat /run/root /run/once')).toBe('2 /root\nroot\n');
    const environments = world.must(
      "for p in $(pgrep -x sleep); do grep -q TOPO_NODE=web /proc/$p/environ && tr '\\0' '\\n' </proc/$p/environ | grep -v ^PWD= | sort; echo; done",
    );
    expect(environments).toContain(`'b' ${SECRETS.run}\nHOME=/root\nLINES=a\nPATH=`);
    expect(environments).toContain(
      `HOME=/nonexistent\nPATH=/usr/sbin:/bin\nTOKEN=${SECRETS.user}\nTOPO_LAB=secrets\nTOPO_NODE=web\nUSER=nobody\n\n`,
    );
    expect(environments).not.toMatch(/^(RECORDED|LOGGED|INIT|OLDPWD)=/m);
  });

  it('is in what looks at the lab; none of it has drifted', () => {
    for (const args of [['status'], ['status', '--json'], ['status', '--verbose'], ['list', '--json'], ['logs', 'web']])
      expect(topo(...args)).toBe(0);
    for (const format of [[], ['--json'], ['--yaml'], ['--docker']]) expect(topo('show', ...format)).toBe(0);
    expect(topo('plan', '--detailed-exitcode')).toBe(0);
    expect(leaks()).toEqual([]);
  });
});

describe('a secret that is another one', () => {
  it('is seen as changed, and neither is shown', () => {
    world.file('topo.yaml', lab(SECRETS.changed, SECRETS.changed));
    expect(topo('plan', '--detailed-exitcode')).toBe(2);
    expect(lastText()).toContain('env: {TOKEN: (sensitive value), LINES: (sensitive value)} -> {TOKEN: (sensitive value, changed)');
    expect(lastText()).toContain('+   password "(sensitive value, changed)";');
    expect(topo('plan', '--json')).toBe(0);
    expect(topo('status', '--verbose')).toBe(1);
    expect(topo('plan', '--out', 'changed.plan')).toBe(0);
    expect(topo('apply', '--verbose', 'changed.plan')).toBe(0);
    expect(topo('plan', '--detailed-exitcode')).toBe(0);
    expect(topo('apply', '--yes', '--json')).toBe(0);
    expect(leaks()).toEqual([]);
  });

  it('is in no message of a command that fails with it, and in no excerpt', () => {
    const failing = `name: failing\nnodes: { a: { run: [{ command: 'echo "no $$TOKEN"; exit 3', env: { TOKEN: ${SECRETS.failed} } }] } }\n`;
    world.file('failing.yaml', failing);
    expect(topo('apply', '--yes', 'failing.yaml')).toBe(1);
    expect(lastText()).toContain('it ended at once with status 3: no (sensitive value)');
    expect(topo('apply', '--yes', '--json', 'failing.yaml')).toBe(1);
    expect(topo('destroy', '--yes', 'failing.yaml')).toBe(0);
    // On one line with something wrong; of the wrong type itself; and where the file is no YAML.
    for (const wrong of [
      failing.replace('command:', 'comand:'),
      failing.replace(SECRETS.failed, `[${SECRETS.failed}]`),
      failing.replace(/}\n$/, ']}\n'),
    ]) {
      world.file('failing.yaml', wrong);
      expect(topo('validate', 'failing.yaml')).toBe(1);
      expect(topo('validate', '--json', 'failing.yaml')).toBe(1);
    }
    expect(leaks()).toEqual([]);
  });

  it('is shown to who asks for it, and the script works then', () => {
    world.file('topo.yaml', lab(SECRETS.run, SECRETS.bgp));
    const show = (...args: readonly string[]): string => world.topo([...args, '--show-sensitive'], { EXEC: SECRETS.exec }).stdout;
    expect(found(show('plan'))).toEqual([SECRETS.run, SECRETS.bgp, SECRETS.changed]);
    expect(found(show('plan', '--json'))).toEqual([SECRETS.run, SECRETS.bgp, SECRETS.changed]);
    expect(found(show('status', '--json'))).toEqual([SECRETS.run, SECRETS.bgp, SECRETS.changed]);
    topo('plan', '--format', 'shell');
    world.file('script', lastText());
    const refused = world.sh('sh script');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('sensitive values are left out')]);
    world.file('script', show('plan', '--format', 'shell'));
    world.must('sh script');
    expect(topo('plan', '--detailed-exitcode')).toBe(0);
    expect(readable(world)).toEqual([]);
  });

  it('leaves nothing behind', () => {
    expect(topo('destroy', '--yes', '--verbose')).toBe(0);
    expect(leaks()).toEqual([]);
    expect(world.sh('grep -rqFf /run/patterns /run/topo').status).not.toBe(0);
  });
});

/** Files with a secret in them that somebody else than root could read. */
function readable(of: World): readonly string[] {
  const search = 'grep -rlFf /dev/stdin /run/topo /etc/netns 2>/dev/null';
  return of.must(`setpriv --reuid 65534 --regid 65534 --clear-groups ${search} </run/patterns || :`).split('\n').filter(Boolean);
}
