/** `run` and `exec` in a sandbox, where there is no root. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program, processesWith, USERS, type Result } from './program.js';

describe.each(USERS)('in a sandbox of %s', (user) => {
  let program: Program;
  let possible: boolean;
  const topo = (...args: readonly string[]): Result => program.run(['--sandbox=work', ...args]);

  beforeAll(() => {
    program = new Program(user);
    possible = user === 'root' || program.canUnshare;
    const file = `name: sp
networks: { n: {} }
nodes:
  a:
    networks: { n: 10.79.0.2 }
    run: ["exec python3 -u -m http.server 80"]
    exec: ["curl -s --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null -w 'got %{http_code}' 10.79.0.2"]
  b: { networks: [n] }
`.replace('{ n: {} }', '{ n: { subnet: 10.79.0.0/24 } }');
    writeFileSync(join(program.folder, 'topo.yaml'), file);
  });
  afterAll(() => program.dispose());

  it('processes are started, logged, started again and ended', () => {
    if (!possible) return;
    expect(topo('apply', '-y')).toMatchObject({ status: 0, stderr: expect.stringContaining('got 200') });
    expect(topo('plan').stdout).toContain('No changes.');
    expect(topo('exec', 'b', '--', 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '10.79.0.2').stdout).toBe('200');
    expect(topo('logs', 'a').stdout).toContain('10.79.0.2');
    topo('exec', 'host', '--', 'pkill', '-KILL', 'python3');
    expect(topo('status').stdout).toMatch(/drifted +process python3 in sp\.a/);
    expect(topo('apply', '-y').status).toBe(0);
    expect(topo('destroy', '-y').status).toBe(0);
    expect(topo('exec', 'host', '--', 'pgrep', 'python3').stdout).toBe('');
  }, 60_000);

  it('they end with the sandbox', () => {
    if (!possible) return;
    expect(topo('apply', '-y').status).toBe(0);
    program.run(['sandbox', 'rm', 'work']);
    expect(processesWith('topo/run/sp/a')).toEqual([]);
  }, 60_000);
});
