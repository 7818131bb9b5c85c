/** Runs inside a private machine: operations as JSON from a file, through the netlink adapter; ends with 1 and the refusals if there are any. */
import { readFileSync } from 'node:fs';
import { createNetlinkKernel } from '../../../src/kernel/netlink/adapter.js';
import type { Operation } from '../../../src/model/operation.js';

const operations = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Operation[];
const kernel = createNetlinkKernel();
await kernel.prepare(operations);
const outcomes = await kernel.run(operations);
const refusals = outcomes.flatMap((outcome, i) =>
  outcome.ok ? [] : [`${JSON.stringify(operations[i])}: ${outcome.errno} ${outcome.message}`],
);
await kernel.settle(5000);
kernel.close();
process.stderr.write(refusals.map((line) => `${line}\n`).join(''));
process.exitCode = refusals.length === 0 ? 0 : 1;
