/** Prints how many milliseconds it takes to read the kernel for a plan of the file: `observe.ts FILE`. */
import { readFileSync } from 'node:fs';
import { createNetlinkKernel } from '../src/kernel/netlink/adapter.js';
import { expand } from '../src/networks/expand.js';
import { loadTopology } from '../src/topology/load.js';

const [file = ''] = process.argv.slice(2);
const { topology } = loadTopology({ file, bytes: readFileSync(file) }, {});
if (topology === null) throw new Error(`${file} is not valid`);
const { observe } = expand(topology);
const kernel = createNetlinkKernel();
const start = performance.now();
kernel.observe({ lab: topology.name, ...observe });
console.log(performance.now() - start);
kernel.close();
