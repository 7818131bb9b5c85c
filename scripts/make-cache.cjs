'use strict';
/**
 * Writes dist/main.cache: V8's code for dist/main.cjs with all functions that a plan has used by its end. Planning changes
 * nothing, and what comes of it here, without a privilege perhaps, does not matter.
 */
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const root = join(__dirname, '..');
const filename = join(root, 'dist/main.cjs');
const script = new Script(readFileSync(filename, 'latin1'), { filename });
process.argv = [process.argv[0], join(root, 'dist/topo.cjs'), 'plan', join(root, 'examples/variables')];
// With an option of Node's the program ends in Node's way (src/commands/leave.ts).
process.execArgv.push('--no-warnings');
process.on('exit', () => writeFileSync(join(root, 'dist/main.cache'), script.createCachedData()));
script.runInThisContext()(exports, require, module, filename, join(root, 'dist'));
