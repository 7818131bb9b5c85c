/**
 * Prints how many milliseconds of a plan of the file go into reading the kernel, from when all that the file says is known
 * until all that the kernel says is: `observe.ts FILE`. Namespaces are read meanwhile, as `topo plan` does it.
 */
import { readFileSync } from 'node:fs';
import { NETNS_DIRECTORY } from '../src/kernel/kernel.js';
import { createNetlinkKernel } from '../src/kernel/netlink/adapter.js';
import { readAhead } from '../src/kernel/netlink/ahead.js';
import { expand } from '../src/networks/expand.js';
import { loadTopology } from '../src/topology/load.js';

const [name = ''] = process.argv.slice(2);
const file = { file: name, bytes: readFileSync(name) };
const ahead = readAhead('./dist/recorder.cjs', NETNS_DIRECTORY);
const { topology } = loadTopology(file, {});
if (topology === null) throw new Error(`${name} is not valid`);
const { observe } = expand(topology);
const kernel = createNetlinkKernel(ahead === undefined ? {} : { ahead });
const start = performance.now();
kernel.observe({ lab: topology.name, ...observe });
console.log(performance.now() - start);
kernel.close();
