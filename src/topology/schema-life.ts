/** Keys that say what may become of things that are there already, in JSON Schema. */
import type { JsonSchema } from '../model/json-schema.js';

const protect = (what: string, destroying: string): JsonSchema => ({
  type: 'boolean',
  default: false,
  description: `A plan that would ${destroying} is an error, \`topo destroy\` too. The kernel remembers it: ${what} stays protected until a file with \`protect: false\` has been applied.`,
});

export const protectNodeSchema = protect('a node that is taken out of the file', 'destroy or replace the node');
export const protectNetworkSchema = protect('a network that is taken out of the file', 'destroy or replace the network');
export const protectLabSchema = protect('the lab', 'destroy the lab as a whole');
