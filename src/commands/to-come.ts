import { namesIn } from '../kernel/folder.js';
import { NETNS_DIRECTORY } from '../kernel/kernel.js';
import { decode } from '../topology/decode.js';
import { nodesAtAGlance } from '../topology/glance.js';
import { plainName } from '../topology/lab-name.js';
import type { TopologyFile } from '../topology/load.js';

/** How many namespaces an apply of the file will probably make: of what is there already it makes few. */
export function namespacesToCome(file: TopologyFile): number {
  const { text } = decode(file.file, file.bytes);
  const lab = plainName(text);
  if (lab === undefined || namesIn(NETNS_DIRECTORY).some((name) => name.startsWith(`${lab}.`))) return 0;
  return nodesAtAGlance(text);
}
