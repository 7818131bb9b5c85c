import { setTimeout as sleep } from 'node:timers/promises';
import { locked } from './lock.js';
import { isAlive } from './process-identity.js';
import { find, forget } from './registry.js';

const PATIENCE_MS = 10_000;

/**
 * Ends a sandbox and waits until it is gone; false if there is none. The kernel kills all processes of a PID namespace
 * along with its first one, which is not gone before they are (pid_namespaces(7)).
 */
export function removeSandbox(folder: string, name: string): Promise<boolean> {
  return locked(folder, async () => {
    const sandbox = find(folder, name);
    if (sandbox === null) return false;
    process.kill(sandbox.pid, 'SIGKILL');
    const deadline = Date.now() + PATIENCE_MS;
    while (isAlive(sandbox)) {
      if (Date.now() > deadline) throw new Error(`process ${sandbox.pid} of the sandbox ${name} does not end`);
      await sleep(2);
    }
    forget(folder, name);
    return true;
  });
}
