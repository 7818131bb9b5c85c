import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';

const PATIENCE_SECONDS = 60;

/**
 * Runs an action while no other process starts or removes a sandbox of this user. flock(1) locks the descriptor that it
 * inherits, and the lock lives as long as this process has it open: killed at any point, it leaves none behind.
 */
export async function locked<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const fd = openSync(join(folder, 'lock'), constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    const { status, error } = spawnSync('flock', ['--exclusive', '--timeout', String(PATIENCE_SECONDS), '3'], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`another process has been starting or removing a sandbox for ${PATIENCE_SECONDS} s`);
    return await action();
  } finally {
    closeSync(fd);
  }
}
