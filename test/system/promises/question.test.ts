/** The question before a change, on a terminal of its own (script(1)): only `yes` goes ahead, all else leaves the machine as it was. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { World } from '../world.js';
import { command } from './program.js';

const LAB = 'name: asked\nnetworks: { lan: { subnet: 10.90.0.0/24 } }\nnodes: { a: { networks: [lan] } }\n';

let world: World;
beforeAll(async () => {
  world = await World.create();
  world.file('topo.yaml', LAB);
});
afterAll(() => world.dispose());

interface Asked {
  readonly status: number;
  readonly screen: string;
}

/** Runs the program on a terminal; once it asks, the shell command does something about it. */
function asked(reaction: string, ...args: readonly string[]): Asked {
  world.file('ask.sh', `echo $$ >pid; exec ${command(...args)}\n`);
  const script = `rm -f screen pid; touch screen
    { until grep -q 'goes ahead' screen; do sleep 0.01; done; ${reaction}; sleep 0.3; } | script -qefc 'sh ask.sh' screen >/dev/null`;
  const { status } = world.sh(script);
  return { status, screen: world.must('cat screen') };
}

describe.each(['apply topo.yaml', 'destroy topo.yaml'])('%s', (line) => {
  test.each([
    ['y', "printf 'y\\n'"],
    ['YES', "printf 'YES\\n'"],
    ['no', "printf 'no\\n'"],
    ['an empty line', "printf '\\n'"],
    ['the end of the input', "printf '\\004'"],
  ])('%s is a no', (_answer, reaction) => {
    world.mustTopo('apply', '--yes', '--quiet', 'topo.yaml');
    const changed = line.startsWith('apply') ? 'ip -n asked.a link set eth0 down; ' : '';
    world.must(`${changed}true`);
    const { status, screen } = asked(reaction, line);
    expect(status).toBe(1);
    expect(screen).toMatch(/^Nothing was changed\.\r?$/m);
    expect(world.topo(['plan', '--detailed-exitcode', '--quiet', 'topo.yaml']).status).toBe(changed === '' ? 0 : 2);
  });

  test.each([
    ['Ctrl-C', "printf '\\003'", 'SIGINT', 130],
    ['SIGINT', 'kill -INT $(cat pid)', 'SIGINT', 130],
    ['SIGTERM', 'kill -TERM $(cat pid)', 'SIGTERM', 143],
  ])('%s ends it, and leaves no lock', (_what, reaction, signal, expected) => {
    world.mustTopo('apply', '--yes', '--quiet', 'topo.yaml');
    world.must('ip -n asked.a link set eth0 down');
    const { status, screen } = asked(reaction, line);
    expect(status).toBe(expected);
    expect(screen).toContain(`Interrupted by ${signal}. Nothing was changed.`);
    expect(world.must('ip -n asked.a -br link show eth0')).toContain('DOWN');
    world.mustTopo('apply', '--yes', '--quiet', '--lock-timeout', '0s', 'topo.yaml');
  });
});

test('yes goes ahead', () => {
  world.topo(['destroy', '--yes', '--quiet', 'topo.yaml']);
  const { status, screen } = asked("printf 'yes\\n'", 'apply', 'topo.yaml');
  expect(status).toBe(0);
  expect(screen).toContain('Apply complete!');
  expect(world.must('ls /run/netns')).toBe('asked.a\n');
});

describe('what goes to a terminal and what to a file', () => {
  /** On a terminal, one of whose outputs goes to the file `out`; NO_COLOR is not set. */
  function onTerminal(line: string): { readonly screen: string; readonly out: string } {
    world.file('run.sh', `unset NO_COLOR; export TERM=xterm; ${line}\n`);
    world.sh(`rm -f screen out; script -qec 'sh run.sh' screen >/dev/null </dev/null`);
    return { screen: world.must('cat screen'), out: world.must('cat out') };
  }
  const ESCAPE = '\u001b[';

  test('errors in a file have no colours, and on the terminal they have', () => {
    world.file('bad.yaml', 'name: bad\nnodez: {}\n');
    const toFile = onTerminal(command('plan', 'bad.yaml', '2>out'));
    expect(toFile.out).toContain('unknown-key');
    expect(toFile.out).not.toContain(ESCAPE);
    const onScreen = onTerminal(command('plan', 'bad.yaml', '>out'));
    expect(onScreen.screen).toContain('unknown-key');
    expect(onScreen.screen).toContain(ESCAPE);
  });

  test('a plan whose output goes to a file is shown where the question stands', () => {
    world.topo(['destroy', '--yes', '--quiet', 'topo.yaml']);
    const { status, screen } = asked("printf 'no\\n'", 'apply', 'topo.yaml', '>out');
    expect(status).toBe(1);
    expect(screen).toContain('Plan: ');
    expect(world.must('cat out')).toContain('Plan: ');
  });
});
