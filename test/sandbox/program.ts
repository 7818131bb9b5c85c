/** The built program as a user of this machine would run it, with sandboxes of its own. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const NOBODY = 65534;

/** Root tries both, anybody else only himself. */
export const USERS = process.getuid!() === 0 ? (['root', 'nobody'] as const) : (['this user'] as const);
export type User = (typeof USERS)[number];

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Program {
  /** Readable for the user, and his runtime folder: what is recorded there is his alone. */
  readonly folder = mkdtempSync(join(tmpdir(), 'topo-sandbox-test-'));
  private readonly prefix: readonly string[];

  constructor(user: User) {
    this.prefix = user === 'nobody' ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
    const runtime = join(this.folder, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    chmodSync(this.folder, 0o755);
    if (user === 'nobody') chownSync(runtime, NOBODY, NOBODY);
    // The checkout itself may lie where only root can read.
    for (const part of ['dist', 'examples', 'node_modules/koffi', 'node_modules/@koromix'])
      cpSync(join(ROOT, part), join(this.folder, part), { recursive: true });
  }

  /** This user may make user namespaces; if not, the program has to say so instead. */
  get canUnshare(): boolean {
    return spawnSync(...this.command('unshare', ['--user', '--map-root-user', '--mount', 'true'])).status === 0;
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = this.folder): Result {
    const [command, rest] = this.topo(args);
    return spawnSync(command, rest, { encoding: 'utf8', env: { ...this.environment(), ...env }, cwd, timeout: 20_000 });
  }

  /** In a shell, where `topo` is the program. */
  shell(script: string): Result {
    const [command, rest] = this.topo([]);
    const quoted = [command, ...rest].map((word) => `'${word}'`).join(' ');
    return spawnSync('bash', ['-c', `topo() { ${quoted} "$@"; }\n${script}`], {
      encoding: 'utf8',
      env: this.environment(),
      cwd: this.folder,
    });
  }

  start(args: readonly string[]): ChildProcessWithoutNullStreams {
    const [command, rest] = this.topo(args);
    return spawn(command, rest, { env: this.environment(), cwd: this.folder });
  }

  /** Where sandboxes are recorded. */
  record(name: string): string {
    return join(this.folder, 'runtime/topo/sandbox', `${name}.json`);
  }

  dispose(): void {
    const { sandboxes } = JSON.parse(this.run(['sandbox', 'ls', '--json']).stdout) as { sandboxes: readonly { name: string }[] };
    if (sandboxes.length > 0) this.run(['sandbox', 'rm', ...sandboxes.map(({ name }) => name)]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private topo(args: readonly string[]): [string, string[]] {
    return this.command(process.execPath, [join(this.folder, 'dist/topo.cjs'), ...args]);
  }

  private command(program: string, args: readonly string[]): [string, string[]] {
    const [command, ...rest] = [...this.prefix, program, ...args];
    return [command!, rest];
  }

  private environment(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: '/nonexistent', XDG_RUNTIME_DIR: join(this.folder, 'runtime') };
  }
}

/** Processes of this machine whose command line has the text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => commandLine(pid).includes(text))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
