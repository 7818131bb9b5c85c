/** The rules of networks that are moved, by both names of their bridges. */
import { nftTableName } from '../model/names.js';
import type { Renaming } from '../model/moves.js';
import type { NftInterfaceMap, NftMap, NftMessage, NftTable, Operation } from '../model/operation.js';
import type { State } from '../model/state.js';

/**
 * Rules go by the names of bridges: before the first of a namespace gets its new one, there are rules for both. Without them
 * everybody reached the network until the new rules came, and what had begun by then went on.
 */
export function withRulesFirst(renamings: readonly Renaming[], { lab, resources }: State): readonly Renaming[] {
  const done = new Set<string>();
  const renames = renamings.flatMap(({ operations }) => operations.filter((one) => one.op === 'link-rename'));
  return renamings.map((renaming) => {
    const [first] = renaming.operations;
    if (first?.op !== 'link-rename' || done.has(first.netns)) return renaming;
    const { netns } = first;
    done.add(netns);
    const name = nftTableName(lab);
    const formerNames = new Map(renames.flatMap((one) => (one.netns === netns ? [[one.to, one.name] as const] : [])));
    const rules = rulesForBoth(netns, name, resources.get(`nftables:${netns}/${name}`)?.definition as Definition, formerNames);
    return rules === null ? renaming : { ...renaming, operations: [rules, ...renaming.operations] };
  });
}

/** As the file has it, or, of what comes back on the way back, as the kernel had told it. */
type Definition = { readonly table?: NftTable; readonly messages?: readonly NftMessage[] } | undefined;

function rulesForBoth(netns: string, name: string, definition: Definition, formerNames: ReadonlyMap<string, string>): Operation | null {
  if (definition?.messages !== undefined) {
    const messages = definition.messages.flatMap((message) => [message, ...underOtherNames(message, formerNames)]);
    return { op: 'nft-restore', netns, table: name, messages };
  }
  if (definition?.table === undefined) return null;
  const maps = (definition.table.maps ?? []).map((map) => (isByInterface(map) ? forBoth(map, formerNames) : map));
  return { op: 'nft-replace', netns, table: { ...definition.table, maps } };
}

const isByInterface = (map: NftMap): map is NftInterfaceMap => map.elements.every((element) => 'interface' in element);

function forBoth(map: NftInterfaceMap, formerNames: ReadonlyMap<string, string>): NftInterfaceMap {
  return {
    ...map,
    elements: map.elements.flatMap((element) => {
      const was = formerNames.get(element.interface);
      return was === undefined ? [element] : [element, { ...element, interface: was }];
    }),
  };
}

/** NFT_MSG_NEWSETELEM */
const NEW_ELEMENTS = (10 << 8) | 12;
/** A key that is the name of an interface has zeros behind it. */
const KEY_BYTES = 16;

/** Elements once more, with the names that are the bridges' now: one that is there is no error to the kernel. */
function underOtherNames({ type, data }: NftMessage, formerNames: ReadonlyMap<string, string>): readonly NftMessage[] {
  if (type !== NEW_ELEMENTS) return [];
  const bytes = Buffer.from(data, 'base64');
  let isOther = false;
  for (const [is, was] of formerNames) {
    const [key, other] = [is, was].map((name) => name.padEnd(KEY_BYTES, '\0')) as [string, string];
    for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + KEY_BYTES)) {
      bytes.write(other, at);
      isOther = true;
    }
  }
  return isOther ? [{ type, data: bytes.toString('base64') }] : [];
}
