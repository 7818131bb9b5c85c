/** Runs steps of `agent.ts` in a network namespace of their own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Step } from './agent.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Agent {
  /** One result for each step. `asUser`: in a user namespace, without the rights of the machine's root. */
  run(steps: readonly Step[], asUser?: boolean): unknown[];
  close(): void;
}

export function buildAgent(): Agent {
  // Below node_modules, so that packages are found from there.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.nft-agent-'));
  const outfile = join(folder, 'agent.mjs');
  const entryPoints = [join(ROOT, 'test/kernel/nft/agent.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', packages: 'external' });
  return {
    run(steps, asUser = process.getuid?.() !== 0) {
      const { status, stdout, stderr } = spawnSync('unshare', [asUser ? '-Urn' : '-n', process.execPath, outfile], {
        input: JSON.stringify(steps),
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      if (status !== 0) throw new Error(`the agent ended with ${String(status)}: ${stderr}`);
      return JSON.parse(stdout) as unknown[];
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
