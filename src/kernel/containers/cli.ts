/** Docker or Podman by their command lines, which know how to reach their daemon (DOCKER_HOST, contexts). */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { DiagnosticError, type Diagnostic } from '../../model/diagnostic.js';
import { OWN_SESSION } from '../own-session.js';
import { makeOwnFolder, RUN_DIRECTORY } from '../own-folder.js';
import type { Runtime } from '../../model/lo-marks.js';

export interface Answer {
  readonly status: number;
  readonly stdout: string;
  /** In one line. */
  readonly complaint: string;
}

/** To start a container may take its time, all else is a question. */
const TIMEOUT_MS = 120_000;
const MAX_BYTES = 64 * 1024 * 1024;

export class RuntimeCli {
  constructor(
    readonly runtime: Runtime,
    private readonly env: { readonly [name: string]: string | undefined },
  ) {}

  try(...words: readonly string[]): Answer {
    return this.run(words, this.env, []);
  }

  /** Something to do, which may take its time: signals are heard meanwhile. */
  tell(...words: readonly string[]): Promise<Answer> {
    return this.runLong(words, this.env, []);
  }

  /** `words` gets the path of a file that has these lines, for this one process. */
  async withFile(
    lines: readonly string[],
    own: { readonly [name: string]: string },
    words: (path: string) => readonly string[],
  ): Promise<Answer> {
    if (lines.length === 0) return this.runLong(words(''), { ...this.env, ...own }, []);
    const fd = nameless(lines.map((line) => `${line}\n`).join(''));
    try {
      return await this.runLong(words('/proc/self/fd/3'), { ...this.env, ...own }, [fd]);
    } finally {
      closeSync(fd);
    }
  }

  private run(words: readonly string[], env: RuntimeCli['env'], fds: readonly number[]): Answer {
    const { error, status, stdout, stderr, signal } = spawnSync(this.runtime, words, {
      encoding: 'utf8',
      env,
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_BYTES,
      stdio: ['ignore', 'pipe', 'pipe', ...fds],
      ...OWN_SESSION,
    });
    if (error !== undefined && (error as NodeJS.ErrnoException).code !== 'ETIMEDOUT')
      throw new DiagnosticError([notRun(this.runtime, error)]);
    return this.answer(status, signal, stdout, stderr);
  }

  private runLong(words: readonly string[], env: RuntimeCli['env'], fds: readonly number[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.runtime, words, {
        env,
        timeout: TIMEOUT_MS,
        stdio: ['ignore', 'pipe', 'pipe', ...fds],
        ...OWN_SESSION,
      });
      child.on('error', (error) => reject(new DiagnosticError([notRun(this.runtime, error)])));
      const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
      child.on('close', (status, signal) => resolve(this.answer(status, signal, stdout(), stderr())));
    });
  }

  private answer(status: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string): Answer {
    const complaint = signal === null ? sentence(stderr) : `${this.runtime} gave no answer (${signal})`;
    return { status: status ?? 128, stdout, complaint };
  }

  /** A question that has to be answered. */
  ask(...words: readonly string[]): string {
    const { status, stdout, complaint } = this.try(...words);
    if (status !== 0) throw this.failed(complaint);
    return stdout;
  }

  failed(complaint: string): DiagnosticError {
    return new DiagnosticError([noAnswer(this.runtime, complaint)]);
  }
}

/** What has come so far, all of it in the end. */
function textOf(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** An open file that has no name any more, and that nobody but its owner could have opened. */
function nameless(text: string): number {
  makeOwnFolder(RUN_DIRECTORY, 0o700);
  const path = `${RUN_DIRECTORY}/environment.${process.pid}`;
  rmSync(path, { force: true });
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  unlinkSync(path);
  writeFileSync(fd, text);
  return fd;
}

/** The last line but what tells to read the help; `docker: `, `Error: ` and the like are left out. */
function sentence(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const telling = lines.filter((line) => line !== '' && !/^See '|^Run '|^[0-9a-f]{64}$/.test(line));
  return (telling.at(-1) ?? '')
    .replace(/^(docker|podman|error|error response from daemon): */gi, '')
    .replace(/^error response from daemon: */i, '');
}

function notRun(runtime: Runtime, error: Error): Diagnostic {
  const { code } = error as NodeJS.ErrnoException;
  return {
    code: 'no-container-runtime',
    severity: 'error',
    message: code === 'ENOENT' ? `${runtime} is not installed` : `${runtime} cannot be run: ${error.message}`,
    hint: 'the lab has containers: install docker or podman (--runtime says which), or see that it is in PATH',
  };
}

function noAnswer(runtime: Runtime, complaint: string): Diagnostic {
  return {
    code: 'container-runtime-failed',
    severity: 'error',
    message: `${runtime} does not answer: ${complaint}`,
    hint:
      runtime === 'docker'
        ? 'the lab has containers: start the daemon, or set DOCKER_HOST to where it listens'
        : 'the lab has containers: see that podman works here, such as by podman ps',
  };
}
