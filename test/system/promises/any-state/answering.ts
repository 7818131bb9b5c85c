/** A process that answers lines, one after the other: each answer ends with a zero byte, a status and a line feed. */
import type { ChildProcess } from 'node:child_process';
import type { Result } from '../../world.js';

export class Answering {
  private text = '';
  private heard: () => void = () => undefined;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
      this.heard();
    });
    child.on('exit', () => this.heard());
  }

  ask(line: string): Promise<Result> {
    this.text = '';
    this.child.stdin?.write(`${line}\n`);
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new Error(`no end of the answer to ${line}:\n${this.text}`));
      const timer = setTimeout(fail, 120_000);
      this.heard = () => {
        const end = /\0(\d+)\n$/.exec(this.text);
        if (end === null && this.child.exitCode === null && this.child.signalCode === null) return;
        clearTimeout(timer);
        if (end === null) fail();
        else resolve({ status: Number(end[1]), stdout: this.text.slice(0, end.index), stderr: '' });
      };
    });
  }
}
