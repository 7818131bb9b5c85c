import type { KeepRequest, Kept } from '../../model/kept.js';
import { rawTable } from './nft/raw.js';
import { readSysctl } from './proc-sys.js';
import type { Sessions } from './sessions.js';

/** Changes nothing. */
export function keep(sessions: Sessions, { tables, sysctls }: KeepRequest): Kept {
  const isThere = (netns: string): boolean => typeof sessions.get(netns) !== 'string';
  try {
    return {
      tables: tables.map(({ netns, table }) => ({
        ...{ netns, table },
        messages: isThere(netns) ? rawTable(sessions.netfilter(netns), table) : [],
      })),
      sysctls: sysctls.map(({ netns, key }) => ({
        ...{ netns, key },
        value: isThere(netns) ? sessions.inside(netns, () => readSysctl(key)) : null,
      })),
    };
  } finally {
    sessions.closeFiles();
  }
}
