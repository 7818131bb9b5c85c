import { spawn } from 'node:child_process';

/** A session of its own: it outlives the command, its terminal, and the connection that both came by. */
export function startWatchdog(lab: string): void {
  const env = Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => !name.startsWith('TOPO_TEST_') || name.startsWith(OF_WATCHDOG))
      .map(([name, value]) => [name.replace(OF_WATCHDOG, 'TOPO_TEST_'), value]),
  );
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, WATCHDOG, lab], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env,
  });
  child.unref();
}

/** The name of the command, which nobody is meant to give. */
const WATCHDOG = 'revert-unless-confirmed';

/** What a test asks of the apply is not asked of what reverts it, but for this. */
const OF_WATCHDOG = 'TOPO_TEST_WATCHDOG_';
