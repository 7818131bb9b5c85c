/** Bundles the command line into one CommonJS file: one file to read and no module graph to walk at start-up. */
import { chmod, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const outfile = 'dist/topo.cjs';

/** Commander loads child_process (2 ms) for a feature that is not used here, subcommands that are programs of their own. */
const commanderAlone = {
  name: 'commander-alone',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'empty' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = {};' }));
  },
};

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  banner: { js: '#!/usr/bin/env node' },
  minifySyntax: true,
  minifyWhitespace: true,
  define: { TOPO_VERSION: JSON.stringify(version) },
  // It loads a native library that stands beside its own files.
  external: ['koffi'],
  plugins: [commanderAlone],
  logLevel: 'warning',
});
await chmod(outfile, 0o755);
