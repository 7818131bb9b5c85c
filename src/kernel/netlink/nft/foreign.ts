/** Chains of others at hooks that packets of a lab pass: an `accept` of ours does not save what one of them drops. */
import type { ForeignChainObservation, ForeignHook, NftRuleText } from '../../../model/observation.js';
import { type Bytes, MessageWriter, NLM_F_DUMP } from '../message.js';
import type { NetlinkSocket } from '../socket.js';
import { writeFamily } from './attributes.js';
import { parseRule } from './parse.js';
import { parseChain } from './parse-chain.js';
import { GENERIC_HEADER, NFT, TABLE } from './protocol.js';

const UNSPECIFIED = 0;
const FAMILIES: ReadonlyMap<number, ForeignChainObservation['family']> = new Map([
  [1, 'inet'],
  [2, 'ip'],
  [10, 'ip6'],
]);

/** Of tables other than those that `isOwn` knows. Two system calls where there are none. */
export function readForeignChains(
  socket: NetlinkSocket,
  isOwn: (table: string) => boolean,
  hooks: readonly ForeignHook[],
): readonly ForeignChainObservation[] {
  const found: Omit<ForeignChainObservation, 'rules'>[] = [];
  dump(socket, NFT.getChain, UNSPECIFIED, '', (bytes, family, start, end) => {
    const { table, name, hook } = parseChain(bytes, start, end);
    const known = FAMILIES.get(family);
    const at = hooks.find((one) => hook.startsWith(`type filter hook ${one} `));
    if (known === undefined || at === undefined || isOwn(table)) return;
    found.push({ hook: at, family: known, table, chain: name, drops: hook.includes('policy drop;') });
  });
  return found.map((one) => ({ ...one, rules: rulesOf(socket, one) }));
}

function rulesOf(
  socket: NetlinkSocket,
  { family, table }: Omit<ForeignChainObservation, 'rules'>,
): ReadonlyMap<string, readonly NftRuleText[]> {
  const rules = new Map<string, NftRuleText[]>();
  const number = [...FAMILIES].find(([, name]) => name === family)?.[0] ?? UNSPECIFIED;
  dump(socket, NFT.getRule, number, table, (bytes, ofFamily, start, end) => {
    const part = parseRule(bytes, start, end);
    if (ofFamily !== number || part.table !== table) return;
    const list = rules.get(part.chain);
    if (list === undefined) rules.set(part.chain, [part.rule]);
    else list.push(part.rule);
  });
  return rules;
}

type Visit = (bytes: Bytes, family: number, start: number, end: number) => void;

/** A reading that a change has torn is good enough for a warning; a kernel without nf_tables has none of it. */
function dump(socket: NetlinkSocket, type: number, family: number, table: string, visit: Visit): void {
  const writer = new MessageWriter(256);
  writer.begin(type, NLM_F_DUMP);
  writeFamily(writer, family);
  if (table !== '') writer.string(TABLE.name, table);
  writer.end();
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) =>
    visit(bytes, bytes.view.getUint8(start), start + GENERIC_HEADER, end),
  );
}
