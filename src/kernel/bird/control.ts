/** Questions to a BIRD daemon by its control socket: a line each, answered by lines that begin with a number of four digits. */
import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { processFolder, type ProcessKey } from '../../model/process.js';
import { BIRD_SOCKET } from '../../model/routing.js';

/** A line of an answer: its code, and its text. */
export interface AnswerLine {
  readonly code: string;
  readonly text: string;
}

const TIMEOUT_MS = 2000;

/** The answers, in the order of the questions; null where nobody answers. Nothing that changes the daemon can be asked. */
export async function askBird(key: ProcessKey, questions: readonly string[]): Promise<readonly (readonly AnswerLine[])[] | null> {
  let folder: number | undefined;
  try {
    folder = openSync(processFolder(key), 'r');
    // The path of a socket holds 107 bytes (unix(7)), that of the folder may have more.
    return await converse(connect(`/proc/self/fd/${folder}/${BIRD_SOCKET}`), ['restrict', ...questions]);
  } catch {
    return null;
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

async function converse(socket: Socket, questions: readonly string[]): Promise<readonly (readonly AnswerLine[])[]> {
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
  const failed = new Promise<never>((_resolve, reject) => socket.on('error', reject));
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await Promise.race([lines.next(), failed]);
    if (line.done === true) throw new Error('it has hung up');
    return line.value;
  };
  try {
    // It says who it is before it is asked.
    await readAnswer(next);
    const answers: (readonly AnswerLine[])[] = [];
    for (const question of questions) {
      socket.write(`${question}\n`);
      answers.push(await readAnswer(next));
    }
    return answers.slice(1);
  } finally {
    socket.destroy();
  }
}

/** `1002-text` goes on, ` text` belongs to the number before, `0000 text` is the end. */
async function readAnswer(next: () => Promise<string>): Promise<readonly AnswerLine[]> {
  const lines: AnswerLine[] = [];
  for (;;) {
    const line = await next();
    const [, code, goesOn, text = ''] = /^(\d{4})([- ])(.*)$/.exec(line) ?? [];
    if (code === undefined) lines.push({ code: lines.at(-1)?.code ?? '', text: line.slice(1) });
    else lines.push({ code, text });
    if (goesOn === ' ') return lines;
  }
}
