/** What runs in a node, and what is run once. */
import { execResource } from '../kinds/exec.js';
import { processResource } from '../kinds/process.js';
import type { Texts } from '../model/process.js';
import type { Resource } from '../model/state.js';
import type { LabJoined, LabNode } from './lab.js';

export function nodeProcesses(lab: string, { node, netns, path }: LabNode | LabJoined): readonly Resource[] {
  // Told at the start, as the rest of what they see is not.
  const reads: Texts = node.hostname === undefined ? {} : { hostname: node.hostname };
  return node.run.map(({ name, command, env, cwd, user, at }, i) =>
    processResource({ lab, owner: node.name, name, netns, command, env, cwd, user, reads, path: `${path}.run[${i}]`, at }),
  );
}

export function nodeCommands(lab: string, { node, netns, path, formerly }: LabNode | LabJoined): readonly Resource[] {
  const before = new Map<string, number>();
  return node.exec.map(({ at, ...command }, i) => {
    const text = JSON.stringify(command);
    const nth = before.get(text) ?? 0;
    before.set(text, nth + 1);
    return execResource({
      lab,
      node: node.name,
      netns,
      ...command,
      nth,
      ...(formerly === undefined ? {} : { formerly }),
      path: `${path}.exec[${i}]`,
      at,
    });
  });
}
