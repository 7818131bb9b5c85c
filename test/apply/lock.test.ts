import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock, type LockRequest } from '../../src/apply/lock.js';

const HOLDER = { pid: 4242, command: 'apply', lab: 'shop' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'topo-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function request(changes: Partial<LockRequest>): LockRequest {
  return {
    file: join(folder, 'topo', 'lock'),
    holder: HOLDER,
    timeoutMs: 0,
    makeFolder: (path) => void mkdirSync(path, { recursive: true }),
    tryLock: () => true,
    onWait: () => undefined,
    interrupted: () => false,
    ...changes,
  };
}

/** Busy for the first `times` attempts. */
function busyFor(times: number): () => boolean {
  let attempts = 0;
  return () => attempts++ >= times;
}

describe('the lock', () => {
  it('says in its file who has it', async () => {
    await acquireLock(request({}));
    expect(JSON.parse(readFileSync(join(folder, 'topo', 'lock'), 'utf8'))).toEqual(HOLDER);
  });

  it('is a file that root alone can open, and so lock', async () => {
    await acquireLock(request({}));
    expect(statSync(join(folder, 'topo', 'lock')).mode & 0o777).toBe(0o600);
  });

  it('leaves an empty file', async () => {
    const lock = await acquireLock(request({}));
    lock?.release();
    expect(readFileSync(join(folder, 'topo', 'lock'), 'utf8')).toBe('');
  });

  it('names the holder to those who wait, once, and is taken when it is free', async () => {
    await acquireLock(request({}));
    const told: string[] = [];
    const lock = await acquireLock(request({ timeoutMs: 5000, tryLock: busyFor(3), onWait: (holder) => told.push(holder) }));
    expect(lock).not.toBeNull();
    expect(told).toEqual(['topo apply of lab shop (process 4242)']);
  });

  it('is refused at once with a timeout of 0, with the name of the holder', async () => {
    await acquireLock(request({}));
    await expect(acquireLock(request({ tryLock: () => false }))).rejects.toMatchObject({
      diagnostics: [{ code: 'locked', message: 'topo apply of lab shop (process 4242) is changing this machine' }],
    });
  });

  it('is refused after the timeout', async () => {
    await expect(acquireLock(request({ timeoutMs: 60, tryLock: () => false }))).rejects.toMatchObject({
      diagnostics: [{ message: 'another topo is changing this machine, still after 0.06 s' }],
    });
  });

  it('is given up when a signal comes', async () => {
    expect(await acquireLock(request({ timeoutMs: 60_000, tryLock: () => false, interrupted: () => true }))).toBeNull();
  });

  it('follows no link to somebody else’s file', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, 'lock'));
    await expect(acquireLock(request({ file: join(folder, 'lock') }))).rejects.toMatchObject({ diagnostics: [{ code: 'no-lock' }] });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});
