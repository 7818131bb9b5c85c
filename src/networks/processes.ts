/** What runs in a node. */
import { processResource } from '../kinds/process.js';
import type { Resource } from '../model/state.js';
import type { LabNode } from './lab.js';

export function nodeProcesses(lab: string, { node, netns, path }: LabNode): readonly Resource[] {
  return node.run.map(({ name, command, env, cwd, user, at }, i) =>
    processResource({ lab, owner: node.name, name, netns, command, env, cwd, user, path: `${path}.run[${i}]`, at }),
  );
}
