/**
 * Prints how many milliseconds of a plan go into reading the kernel, from when all that the file says is known
 * until all that the kernel says is: `observe.ts WANTED`, the file that an apply has left of what it understood. Namespaces are read meanwhile, as
 * `topo plan` does it.
 */
import { readFileSync } from 'node:fs';
import { prepareEngine } from '../src/commands/engine.js';
import { HASH_DIGITS } from '../src/commands/understood.js';
import { wantedOf } from '../src/commands/wanted-text.js';
import { NETNS_DIRECTORY } from '../src/kernel/kernel.js';
import { createNetlinkKernel } from '../src/kernel/netlink/adapter.js';
import { readAhead } from '../src/kernel/netlink/ahead.js';

const [file = ''] = process.argv.slice(2);
const ahead = readAhead('./dist/second-thread.cjs', NETNS_DIRECTORY);
prepareEngine(1000);
const { state, observe } = wantedOf(readFileSync(file, 'utf8').slice(HASH_DIGITS));
const kernel = createNetlinkKernel(ahead === undefined ? {} : { ahead });
const start = performance.now();
kernel.observe({ lab: state.lab, ...observe });
console.log(performance.now() - start);
kernel.close();
