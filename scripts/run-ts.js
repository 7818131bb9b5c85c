/** Runs a TypeScript program of this project: `node scripts/run-ts.js FILE [ARGUMENT…]`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) throw new Error('expected the path of a TypeScript file');

// Below node_modules, so that packages are found from there.
const folder = mkdtempSync(join('node_modules', '.run-'));
const outfile = join(folder, 'main.mjs');
try {
  buildSync({ entryPoints: [file], outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', packages: 'external' });
  process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...args], { stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
