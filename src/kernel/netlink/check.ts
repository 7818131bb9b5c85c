/** What the kernel can be asked before the first change: whether it has the parts, and takes the rules. No question changes anything. */
import type { NftTable, Operation } from '../../model/operation.js';
import { HOST } from '../../model/state.js';
import type { Outcome } from '../kernel.js';
import { sendTransaction } from './nft/send.js';
import { encodeDelete, encodeReplace, encodeTables } from './nft/transaction.js';
import { partOf } from './parts.js';
import { cannotBeWritten, refusedSetting } from './read-only-settings.js';
import type { Sessions } from './sessions.js';

const OK: Outcome = { ok: true };

/** `parts`: whether the kernel has them, of those that were asked for. */
export function check(sessions: Sessions, parts: Map<string, boolean>, operations: readonly Operation[]): readonly Outcome[] {
  const good = goodTables(sessions, operations);
  const isReadOnly = operations.some((operation) => isSetting(operation)) && cannotBeWritten();
  return operations.map((operation) => {
    if (isSetting(operation)) return (isReadOnly ? refusedSetting(sessions, operation.netns, operation) : null) ?? OK;
    if (operation.op === 'nft-replace' && good.has(operation.table)) return OK;
    return checkOne(sessions, parts, operation);
  });
}

type SettingOperation = Extract<Operation, { op: 'sysctl-set' | 'sysctl-restore' }>;

const isSetting = (operation: Operation): operation is SettingOperation =>
  operation.op === 'sysctl-set' || operation.op === 'sysctl-restore';

/**
 * Of a namespace that is still to come the host's is asked: what the kernel takes of rules depends on its modules, and not on the
 * namespace, whose interfaces they call by name.
 */
function checkOne(sessions: Sessions, parts: Map<string, boolean>, operation: Operation): Outcome {
  const part = partOf(operation);
  if (part !== undefined) {
    const isThere = parts.get(part.name) ?? part.isThere(sessions.host().socket);
    parts.set(part.name, isThere);
    const message = `this kernel has no ${part.name}: it takes ${part.option}, as a part of the kernel or as a module`;
    return isThere ? OK : { ok: false, errno: 'EOPNOTSUPP', message };
  }
  if (operation.op !== 'nft-replace' && operation.op !== 'nft-delete') return OK;
  const where = isThere(sessions, operation.netns) ? operation.netns : HOST;
  const transaction = operation.op === 'nft-replace' ? encodeReplace(operation.table, false) : encodeDelete(operation.table, false);
  return sendTransaction(sessions.netfilter(where), transaction);
}

const isThere = (sessions: Sessions, netns: string): boolean => typeof sessions.get(netns) !== 'string';

/** A hook has 1024 chains at most (`MAX_HOOK_COUNT`). */
const TABLES_AT_ONCE = 32;

/**
 * Tables of namespaces that are still to come, which the kernel takes all together. To throw a transaction away it waits until nobody
 * can be looking at it any more (`nf_tables_abort`), 15 ms each time; where one is refused, each is asked about by itself.
 */
function goodTables(sessions: Sessions, operations: readonly Operation[]): ReadonlySet<NftTable> {
  const tables: NftTable[] = [];
  for (const operation of operations)
    if (operation.op === 'nft-replace' && !isThere(sessions, operation.netns)) tables.push(operation.table);
  const good = new Set<NftTable>();
  for (let start = 0; tables.length > 1 && start < tables.length; start += TABLES_AT_ONCE) {
    const some = tables.slice(start, start + TABLES_AT_ONCE);
    // They have one name, that of the lab.
    const apart = some.map((table, i) => ({ ...table, name: `${table.name}-${i}` }));
    if (sendTransaction(sessions.netfilter(HOST), encodeTables(apart, false)).ok) for (const table of some) good.add(table);
  }
  return good;
}
