/** A private machine for one subprocess, and what the kernel has there at its end. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { shellScript } from '../../../src/kernel/iproute/script.js';
import type { Operation } from '../../../src/model/operation.js';
import { parseSnapshot, READ_ALL, type Snapshot } from './snapshot.js';
import { PRIVATE_ETC } from '../../system/world.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const asUser = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

export interface Machine {
  /** Each list of operations after the other on a machine of their own, by the script or by the adapter. */
  byScript(...acts: readonly (readonly Operation[])[]): Promise<Snapshot>;
  byNetlink(...acts: readonly (readonly Operation[])[]): Promise<Snapshot>;
  close(): void;
}

export function createMachine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'topo-iproute-'));
  // Below node_modules, so that packages are found from there.
  const built = mkdtempSync(join(ROOT, 'node_modules/.iproute-agent-'));
  const agent = join(built, 'agent.mjs');
  const entryPoints = [join(ROOT, 'test/kernel/iproute/agent.ts')];
  buildSync({ entryPoints, outfile: agent, bundle: true, platform: 'node', target: 'node20', format: 'esm', packages: 'external' });
  let files = 0;
  const write = (text: string): string => {
    const path = join(folder, `${(files += 1)}`);
    writeFileSync(path, text);
    return path;
  };
  return {
    byScript: (...acts) => run(acts.map((act) => `sh ${write(shellScript(act))}`)),
    byNetlink: (...acts) => run(acts.map((act) => `'${process.execPath}' '${agent}' ${write(JSON.stringify(act))}`)),
    close: () => [folder, built].forEach((path) => rmSync(path, { recursive: true, force: true })),
  };
}

async function run(commands: readonly string[]): Promise<Snapshot> {
  const lines = [
    ...['set -e', PRIVATE_ETC, 'mkdir /run/netns', 'mount -t sysfs sysfs /sys', 'ip link set lo up'],
    ...commands.map((command) => `${command} >&2`),
    // The kernel adds link-local addresses and their routes when it has made sure that nobody else has them.
    'sleep 3',
    ...READ_ALL,
  ];
  const argv = [...asUser, '-n', '-m', '--propagation', 'private', 'sh', '-c', lines.join('\n')];
  const options = { env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 2 ** 28 };
  const { stdout } = await promisify(execFile)('unshare', argv, options);
  return parseSnapshot(stdout);
}
