import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';

/** In a sandbox /run is the sandbox's own: the lock is of what the kernel changes would meet. */
export const MACHINE_LOCK = '/run/topo/lock';

/** Who changes the machine, for those who must wait. */
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
  readonly lab: string;
}

export interface LockRequest {
  readonly file: string;
  readonly holder: LockHolder;
  /** 0 fails at once. */
  readonly timeoutMs: number;
  /** Makes the folder that the file is in, if there is none. */
  readonly makeFolder: (path: string) => void;
  /** flock(2), exclusive and without waiting: false if another process has it. */
  readonly tryLock: (fd: number) => boolean;
  /** Called once, if there is somebody to wait for. */
  readonly onWait: (holder: string) => void;
  /** A signal came: waiting ends. */
  readonly interrupted: () => boolean;
}

export interface Lock {
  release(): void;
}

const POLL_MS = 25;

/**
 * The right to change this machine, one process at a time. The kernel takes it back when the process ends, however it
 * ends. Null when a signal came first.
 */
export async function acquireLock(request: LockRequest): Promise<Lock | null> {
  const fd = open(request);
  try {
    if (await waitFor(fd, request)) return held(fd, request.holder);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

async function waitFor(fd: number, request: LockRequest): Promise<boolean> {
  const deadline = performance.now() + request.timeoutMs;
  let told = false;
  while (!request.tryLock(fd)) {
    const holder = readHolder(request.file);
    if (performance.now() >= deadline) throw new DiagnosticError([busy(holder, request.timeoutMs)]);
    if (!told) request.onWait(holder);
    told = true;
    await sleep(POLL_MS);
    if (request.interrupted()) return false;
  }
  return true;
}

function held(fd: number, holder: LockHolder): Lock {
  ftruncateSync(fd);
  writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
  return {
    release() {
      // The file stays: to remove it would let two processes lock two files of one name.
      ftruncateSync(fd);
      closeSync(fd);
    },
  };
}

function open({ file, makeFolder }: LockRequest): number {
  try {
    makeFolder(dirname(file));
    // Who can open it can lock it (flock(2) asks for no right to write): root alone.
    return openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new DiagnosticError([notPermitted(file, error as NodeJS.ErrnoException)]);
  }
}

export function readHolder(file: string): string {
  const holder = holderIn(file);
  // Between taking the lock and saying so there is a moment.
  return holder === null ? 'another topo' : `topo ${holder.command} of lab ${holder.lab} (process ${holder.pid})`;
}

/** What the last who took the lock says of itself; null: nothing. */
export function holderIn(file: string): LockHolder | null {
  try {
    const { pid, command, lab } = JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
    return { pid, command, lab };
  } catch {
    return null;
  }
}

function busy(holder: string, timeoutMs: number): Diagnostic {
  return {
    code: 'locked',
    severity: 'error',
    message: `${holder} is changing this machine${timeoutMs > 0 ? `, still after ${timeoutMs / 1000} s` : ''}`,
    hint: 'run it again when that has ended, or wait longer with --lock-timeout; if it hangs, end that process: the next apply of its lab goes on from there',
  };
}

function notPermitted(file: string, error: NodeJS.ErrnoException): Diagnostic {
  const denied = error.code === 'EACCES' || error.code === 'EPERM';
  return {
    code: 'no-lock',
    severity: 'error',
    message: `the lock ${file} cannot be opened: ${error.code ?? error.message}`,
    hint: denied
      ? 'changing the network of this machine takes root; --sandbox does without'
      : error.code === 'EROFS'
        ? 'topo keeps files in /run/topo while it works: /run has to be writable'
        : 'remove what is in its way',
  };
}
