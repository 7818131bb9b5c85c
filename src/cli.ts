import { existsSync, realpathSync } from 'node:fs';
import { beginSecondThread } from './commands/second-thread.js';
import { leave, leaveInNodesWay } from './commands/leave.js';
import { readInvocation } from './sandbox/invocation.js';

/** Whether to go into a sandbox is decided before anything else is loaded: the outer process then stays small. */
async function start(): Promise<number> {
  const argv = process.argv.slice(2);
  try {
    const invocation = readInvocation(argv, existsSync);
    if (invocation.sandbox === undefined) {
      beginSecondThread(invocation.argv);
      const { main } = await import('./commands/main.js');
      return await main(invocation.argv);
    }
    const { runInSandbox } = await import('./sandbox/enter.js');
    return await runInSandbox(invocation.sandbox, invocation.argv, {
      // A link to it may be below /run, which is another one inside.
      command: [process.execPath, ...process.execArgv, realpathSync(process.argv[1]!)],
      env: process.env,
      cwd: process.cwd(),
      uid: process.getuid!(),
      refuse: async () => (await import('./commands/main.js')).refuse(invocation.argv),
    });
  } catch (error) {
    leaveInNodesWay();
    const { errorDiagnostics, errorText } = await import('./commands/error-text.js');
    process.stderr.write(errorText(error, argv.includes('--debug'), false));
    if (!argv.includes('--json')) return 1;
    const { errorsJson } = await import('./report/errors-json.js');
    process.stdout.write(errorsJson(errorDiagnostics(error)));
    return 1;
  }
}

// From a timer or a callback: no caller is left to catch it.
process.once('uncaughtException', (error) => {
  void import('./commands/error-text.js').then(({ errorText }) => {
    process.stderr.write(errorText(error, process.argv.includes('--debug'), false));
    process.exit(1);
  });
});

void start().then(leave);
