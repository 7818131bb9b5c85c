import { ETC_NETNS } from '../../model/node-files.js';

/** Before a command: it is run in its place, in a UTS namespace of its own, with the host name that the node's files give it, if any. */
export function withHostName(netns: string): readonly string[] {
  return ['unshare', '--uts', 'sh', '-c', '[ ! -r "$0" ] || hostname -F "$0"; exec "$@"', hostNameFile(netns)];
}

export function hostNameFile(netns: string): string {
  return `${ETC_NETNS}/${netns}/hostname`;
}
