import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program, USERS } from '../sandbox/program.js';

let program: Program;
beforeAll(() => {
  program = new Program(USERS[0]);
});
afterAll(() => program.dispose());

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };

describe('help and version', () => {
  it('are results: on standard output, status 0', () => {
    expect(program.run(['--version'])).toEqual(expect.objectContaining({ status: 0, stdout: `${manifest.version}\n`, stderr: '' }));
    expect(program.run(['--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Usage: topo') });
  });

  it.each(['validate', 'plan', 'apply', 'destroy', 'status', 'list', 'show', 'exec', 'shell', 'capture', 'sandbox ls', 'sandbox rm'])(
    'of %s names its options',
    (command) => {
      const { status, stdout } = program.run([...command.split(' '), '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`Usage: topo ${command} [options]`);
      expect(stdout).toContain('--no-color');
    },
  );

  it('is shown to those who ask for nothing, which is an error', () => {
    expect(program.run([])).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining('Usage: topo') });
  });
});

describe('a wrong command line', () => {
  it.each([
    ['a command', ['plna'], "unknown command 'plna'\n(Did you mean plan?)"],
    ['a command in a sandbox', ['--sandbox', 'aply'], "unknown command 'aply'\n(Did you mean apply?)"],
    ['an option', ['plan', '--jsn'], "unknown option '--jsn'\n(Did you mean --json?)"],
    ['a command of others', ['up', '-d'], "error: unknown command 'up'"],
    ['what does the same', ['up', '-d'], '  hint: topo apply makes what the file says\n'],
    ['what does the same in a sandbox', ['--sandbox', 'down', '-y'], '  hint: topo destroy removes the lab\n'],
    ['that the file is an argument', ['plan', '-f', 'topo.yaml'], '  hint: the file, or its directory, is an argument without an option'],
    ['an option of others', ['apply', '-auto-approve'], '  hint: --yes goes ahead without asking\n'],
    ['an option of others with a value', ['apply', '--dry-run=all'], '  hint: topo plan shows what would change'],
    ['a terminal', ['exec', '-it', 'web', 'sh'], '  hint: a command has the terminal that topo is called from: leave the option out'],
    ['a format', ['plan', '--format', 'xml'], 'Allowed choices are text, json, shell'],
    ['a duration', ['apply', '--lock-timeout', 'soon'], 'Expected a duration such as 500ms, 10s or 2m.'],
    ['a missing node', ['exec'], "missing required argument 'node'"],
    ['two files', ['plan', 'a.yaml', 'b.yaml'], 'too many arguments'],
    ['two formats', ['show', '--json', '--yaml'], 'cannot be used with'],
    ['the name of a sandbox', ['plan', '--sandbox=My'], 'the name of a sandbox is [a-z][a-z0-9-]*, not "My"'],
  ])('is told: %s', (_what, args, message) => {
    expect(program.run(args)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('a failure of a command with --json', () => {
  it.each(['plan', 'apply --yes', 'destroy --yes', 'status', 'watch', 'plan --from missing.yaml'])(
    'topo %s: what is wrong is a document on standard output',
    (line) => {
      const { status, stdout, stderr } = program.run([...line.split(' '), '--json', 'missing.yaml']);
      expect(status).toBe(1);
      const document = JSON.parse(stdout) as { readonly diagnostics: readonly { readonly code: string; readonly message: string }[] };
      expect(document).toMatchObject({
        type: 'error',
        format: 'topo-errors/1',
        diagnostics: [{ code: expect.any(String), severity: 'error' }],
      });
      expect(stderr).toContain(document.diagnostics[0]!.message);
    },
  );

  it('in the words of --format as well, and for the sandbox', () => {
    for (const args of [
      ['plan', '--format', 'json', 'missing.yaml'],
      ['plan', '--sandbox=My', '--json'],
    ])
      expect(JSON.parse(program.run(args).stdout)).toMatchObject({ type: 'error', diagnostics: [{ severity: 'error' }] });
  });

  it('prints nothing there without it', () => {
    expect(program.run(['plan', 'missing.yaml'])).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('several options in one word', () => {
  it.each(['-yq', '-qy'])('%s is both', (word) => {
    expect(program.run(['apply', word, 'missing.yaml'])).toMatchObject({ status: 1, stderr: expect.stringContaining('missing.yaml') });
  });
});

/** What bash would offer where the cursor is behind these words. */
function completed(...words: readonly string[]): readonly string[] {
  const line = `source <(topo completion) && ls() { echo shop.web; } && COMP_WORDS=(topo ${words.map((word) => `'${word}'`).join(' ')}) && COMP_CWORD=${words.length}`;
  const { status, stdout, stderr } = program.shell(
    `${line} && complete -p topo >/dev/null && { _topo || true; } && printf '%s\\n' "\${COMPREPLY[@]}"`,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
}

describe('what bash completes', () => {
  it.each([
    ['a command', ['a'], ['apply']],
    ['an option of all commands', ['--sand'], ['--sandbox']],
    ['a command behind an option', ['--quiet', 'des'], ['destroy']],
    ['an option of a command', ['plan', '--det'], ['--detailed-exitcode']],
    ['an option behind a file', ['apply', 'topo.yaml', '--ad'], ['--adopt']],
    ['what an option may be', ['plan', '--format', ''], ['text', 'json', 'shell', 'markdown', 'diff']],
    ['a node', ['capture', 'sh'], ['shop.web']],
    ['a command of sandboxes', ['sandbox', ''], ['ls', 'rm']],
    ['a file itself', ['plan', 'topo.'], ['']],
  ])('%s', (_what, words, offered) => expect(completed(...words)).toEqual(offered));

  it('is no command that the help does not have', () => {
    const help = program.run(['--help']).stdout;
    for (const word of completed('').filter((each) => !each.startsWith('-'))) expect(help).toContain(`  ${word} `);
  });
});

describe('a failure', () => {
  it('shows no stack trace', () => {
    const { status, stderr } = program.run(['plan', 'missing.yaml']);
    expect(status).toBe(1);
    expect(stderr).toContain('missing.yaml');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('shows it with --debug', () => {
    expect(program.run(['plan', 'missing.yaml', '--debug']).stderr).toMatch(/^ +at /m);
  });
});

describe('standard output', () => {
  it('may be closed by its reader at any time', () => {
    const { status, stdout, stderr } = program.shell('set -o pipefail; topo --help | head -n1; topo --help | true');
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'Usage: topo [options] [command]\n', stderr: '' });
  });

  it('may be closed from the start', () => {
    expect(program.shell('topo --help >&-')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(['validate examples/first-lab', 'validate --json examples/first-lab', '--help'])('that is full is an error: %s', (line) => {
    expect(program.shell(`topo ${line} >/dev/full`)).toMatchObject({
      status: 1,
      stderr: 'error: standard output cannot be written: ENOSPC\n',
    });
  });

  it('that is full does not keep an apply from its end', () => {
    expect(program.shell('topo --sandbox=full apply examples/first-lab --yes --quiet >/dev/full').status).toBe(1);
    expect(program.run(['--sandbox=full', 'plan', 'examples/first-lab', '--detailed-exitcode']).status).toBe(0);
  });

  it('holds all of a long result, whatever its reader’s speed', () => {
    const { stdout } = program.shell('topo validate examples/first-lab/topo.yaml{,,,}{,,,}{,,,}{,,,} | (sleep 0.3; wc -l)');
    expect(stdout.trim()).toBe('256');
  });
});

describe('exit status', () => {
  const sandboxed = (...args: string[]) => program.run(['--sandbox=status', ...args]).status;

  it('is 2 for changes, only if asked for', () => {
    expect(sandboxed('plan', 'examples/first-lab', '--detailed-exitcode')).toBe(2);
    expect(sandboxed('plan', 'examples/first-lab')).toBe(0);
  });

  it('is 1 where nobody can be asked', () => {
    expect(sandboxed('apply', 'examples/first-lab')).toBe(1);
  });

  it('is 1, with the name of the holder, where the machine stays locked', () => {
    program.run(['--sandbox=locked', 'exec', 'host', '--', 'sh', '-c', 'flock /run/topo/lock sleep 30 >/dev/null 2>&1 &']);
    const { status, stderr } = program.run(['--sandbox=locked', 'apply', 'examples/first-lab', '--yes', '--lock-timeout=0']);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('is changing this machine [locked]') });
  });
});

describe('a signal while waiting for the lock', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s gives %d', async (signal, status) => {
    program.run(['--sandbox=busy', 'exec', 'host', '--', 'sh', '-c', 'flock -n /run/topo/lock sleep 30 >/dev/null 2>&1 &']);
    const child = program.start(['--sandbox=busy', 'apply', 'examples/first-lab', '--yes', '--lock-timeout=60s']);
    await once(child.stderr, 'data');
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([status, null]);
  });
});

describe('exec', () => {
  it.each([
    ['is not there', 'no-such-program', 127, 'there is no program no-such-program'],
    ['has a path and is not there', './no-such-program', 127, 'there is no program ./no-such-program'],
    ['is no executable file', 'examples/first-lab/topo.yaml', 126, 'examples/first-lab/topo.yaml cannot be run'],
    ['is a folder', '/etc', 126, '/etc cannot be run'],
  ])('of a program that %s', (_what, command, status, message) => {
    program.run(['--sandbox=exec', 'apply', 'examples/first-lab', '--yes', '--quiet']);
    for (const node of ['host', 'client'])
      expect(program.run(['--sandbox=exec', 'exec', node, command, '-x'])).toMatchObject({ status, stderr: `error: ${message}\n` });
  });

  it.each([[['--']], [[]]])('leaves options after %j to the command', (separator) => {
    expect(program.run(['exec', 'host', ...separator, 'echo', '--sandbox', '-c', '--help']).stdout).toBe('--sandbox -c --help\n');
  });

  it('reads standard input', () => {
    expect(program.shell('echo word | topo exec host -- cat').stdout).toBe('word\n');
  });
});

describe('shell', () => {
  it('tells where it is', () => {
    const { stdout } = program.shell('echo \'echo "$TOPO_NODE $PS1"\' | SHELL=/bin/sh topo shell host');
    expect(stdout).toBe('host (host) # \n');
  });
});
