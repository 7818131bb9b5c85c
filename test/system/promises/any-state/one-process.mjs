/**
 * Runs dist/main.cjs once for each line of its input, a JSON list of arguments, in one process: the program as it is, from its
 * beginning each time, without the start of Node, which takes longer than what it does to a small lab. Each run ends with a
 * line of a zero byte and the exit status.
 */
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Script } from 'node:vm';

const filename = process.argv[2];
const script = new Script(readFileSync(filename, 'latin1'), { filename });

async function run(argv) {
  process.argv = [process.execPath, filename, ...argv];
  const ended = new Promise((resolve) => {
    process.exit = resolve;
  });
  script.runInThisContext()({}, createRequire(filename), { exports: {} }, filename, dirname(filename));
  const status = await ended;
  // The program's own; a process ends with them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  return status;
}

// With an option of Node's the program ends by `process.exit` (src/commands/leave.ts).
process.execArgv.push('--no-warnings');

writeSync(1, 'ready\n');
for await (const line of createInterface({ input: process.stdin })) writeSync(1, `\0${await run(JSON.parse(line))}\n`);
