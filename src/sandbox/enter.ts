import { registryFolder, type Environment } from './folder.js';
import { startHolder } from './holder.js';
import { locked } from './lock.js';
import { childrenOf } from './process-identity.js';
import { find, record, type Sandbox } from './registry.js';
import { supervise } from './supervise.js';

/** This program as it was called. */
export interface Self {
  /** Node, its own options and the program's file. */
  readonly command: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  readonly uid: number;
  /** Says what is wrong before a sandbox is started for it, and gives the exit status; null: nothing is known to be. */
  readonly refuse: () => Promise<number | null>;
}

/** Runs this program with other arguments in a sandbox, which is started if it is not there and nothing speaks against it; gives the exit status. */
export async function runInSandbox(name: string, argv: readonly string[], self: Self): Promise<number> {
  const env = { ...self.env, PATH: withSystemPrograms(self.env['PATH']), TOPO_SANDBOX: name };
  const sandbox = await findOrStart(name, env, self);
  if (typeof sandbox === 'number') return sandbox;
  return supervise({
    // A terminal's signals reach nsenter too, and it would end before what runs inside; Node sets them anew for itself.
    command: 'sh',
    args: ['-c', 'trap "" INT QUIT TERM HUP; exec nsenter "$@"', 'nsenter', ...enterArguments(sandbox, self.cwd), ...self.command, ...argv],
    env,
    receivers: childrenOf,
  });
}

/** Two processes at once start one holder: the second finds what the first has recorded. */
async function findOrStart(name: string, env: Environment & { readonly PATH: string }, { uid, refuse }: Self): Promise<Sandbox | number> {
  const folder = registryFolder(env, uid);
  const start = async (): Promise<Sandbox> => {
    const sandbox = { name, ...(await startHolder(name, env.PATH, uid)), started: new Date().toISOString() };
    record(folder, sandbox);
    return sandbox;
  };
  const there = find(folder, name);
  if (there !== null) return there;
  return (await refuse()) ?? locked(folder, async () => find(folder, name) ?? start());
}

function enterArguments(sandbox: Sandbox, cwd: string): readonly string[] {
  // Without --preserve-credentials nsenter calls setgroups, which a user namespace of one's own forbids.
  const user = sandbox.userNamespace ? ['--user', '--preserve-credentials'] : [];
  return ['--target', String(sandbox.pid), ...user, '--mount', '--net', '--pid', `--wd=${cwd}`, '--'];
}

/** On Debian an ordinary user's PATH lacks the folders of `ip` and `nft`, and in the sandbox that user is root. */
function withSystemPrograms(path = '/usr/local/bin:/usr/bin:/bin'): string {
  const folders = path.split(':');
  return [...folders, ...['/usr/sbin', '/sbin'].filter((folder) => !folders.includes(folder))].join(':');
}
