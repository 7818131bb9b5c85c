import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Declare } from './declare.js';
import { parseDuration } from './duration.js';
import type { RuntimeOption, WatchArguments } from './options.js';
import { runtimeOption } from './runtime-option.js';

interface Flags extends RuntimeOption {
  readonly repair?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
  readonly resync: number;
  readonly metricsFile?: string;
  readonly metricsListen?: WatchArguments['metricsListen'];
}

export function addWatchCommand(program: Command, declare: Declare): void {
  declare<Flags>(program, 'watch [file]', 'tell what differs from the file, as it happens', async (flags, [file], context) => {
    const { run } = await import('./watch.js');
    const { repair, prune, json, resync, metricsFile, metricsListen } = flags;
    const given = { repair: repair === true, prune: prune === true, json: json === true, resyncMs: resync };
    return run({ ...flags, ...given, file, metricsFile, metricsListen }, context);
  })
    .option('--repair', 'put it right, and do what changes of the file ask for')
    .option('--prune', 'with --repair: destroy a lab when its file goes')
    .addOption(runtimeOption())
    .option('--json', 'a stream of events, one JSON object a line')
    .addOption(
      new Option('--resync <duration>', 'how often everything is read again, whatever the kernel has announced')
        .argParser(parseInterval)
        .default(300_000, '5m'),
    )
    .option('--metrics-file <file>', 'write metrics there, for the textfile collector of Prometheus’ node exporter')
    .addOption(new Option('--metrics-listen <address:port>', 'serve metrics at /metrics; only on the loopback').argParser(parseLoopback));
}

function parseInterval(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds >= 1000) return milliseconds;
  throw new InvalidArgumentError('Expected a second at least.');
}

/** `127.0.0.1:9099`, `[::1]:9099`; port 0 is any that is free. */
function parseLoopback(text: string): { readonly host: string; readonly port: number } {
  const found = /^(?:(127(?:\.\d{1,3}){3})|\[(::1)\]):(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  const host = found?.[1] ?? found?.[2] ?? '';
  const isAddress = host.includes(':') || host.split('.').every((byte) => Number(byte) < 256);
  if (found === null || port > 65535 || !isAddress)
    throw new InvalidArgumentError('Expected an address of the loopback and a port: 127.0.0.1:9099 or [::1]:9099.');
  return { host, port };
}
