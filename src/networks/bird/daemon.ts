/** A BIRD daemon in a namespace: its configuration file, and the process that reads it. */
import { nodeFilesId, nodeFilesResource } from '../../kinds/node-files.js';
import { processResource } from '../../kinds/process.js';
import type { SourceRange } from '../../model/diagnostic.js';
import { hash } from '../../model/names.js';
import { setFolder } from '../../model/node-files.js';
import { processFolder } from '../../model/process.js';
import { BIRD_SOCKET, ROUTING_DAEMON } from '../../model/routing.js';
import type { Resource, ResourceId } from '../../model/state.js';
import type { BirdConfig } from './config.js';
import { birdText } from './text.js';

const BIRD = { name: 'bird', package: 'bird2' } as const;

export const BIRD_PROGRAMS: readonly string[] = [BIRD.name];

export interface DaemonSpec {
  readonly lab: string;
  readonly node: string;
  readonly netns: string;
  readonly config: BirdConfig;
  /** What it should not be started without: addresses, links. */
  readonly needs: readonly ResourceId[];
  readonly path: string;
  readonly at: SourceRange;
}

export function birdDaemon({ lab, node, netns, config, needs, path, at }: DaemonSpec): readonly Resource[] {
  const set = `${node}.bird`;
  const lines = birdText(config);
  const key = { lab, owner: node, name: ROUTING_DAEMON };
  const program = { ...BIRD, for: 'routing' };
  const file = `${setFolder(lab, set)}/bird.conf`;
  return [
    nodeFilesResource({ lab, set, files: { 'bird.conf': lines }, program, path, at }),
    processResource({
      ...key,
      netns,
      // The path of a socket is at most 107 bytes: it is told from within the folder.
      command: ['bird', '-f', '-c', file, '-s', BIRD_SOCKET],
      cwd: processFolder(key),
      rereads: { config: hash(16, ...lines) },
      signal: 'SIGHUP',
      // What it refuses it says in its log alone, and goes on with what it had.
      check: ['bird', '-p', '-c', file],
      needs: [nodeFilesId(set), ...needs],
      path,
      at,
    }),
  ];
}
