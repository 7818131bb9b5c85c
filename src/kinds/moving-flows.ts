/**
 * UDP flows follow the ports that they go to: behind new rules the kernel forgets those that went elsewhere. Until it has,
 * a chain that nothing jumps to says what they were: whoever is killed between the two leaves a difference to be seen.
 */
import { mark, nftTableName } from '../model/names.js';
import type { NftMatch, NftRule, NftTable, Operation } from '../model/operation.js';
import type { Resource } from '../model/state.js';
import { formerTranslations } from './outward-flows.js';
import { allPublishedBy, LEAVING, movedFlows, type PublishedRule } from './published-rules.js';

/** The table as it is to be, with its flows. */
export function replaceTable(netns: string, table: NftTable, before: Resource | null, after: Resource): readonly Operation[] {
  const replace = (chains: NftTable['chains']): Operation => ({ op: 'nft-replace', netns, table: { ...table, chains } });
  const flows = movedFlows(before, after);
  if (flows.length === 0) return [replace(table.chains)];
  const withLeaving = [...table.chains, leavingChain(before, after)];
  return [replace(withLeaving), { op: 'conntrack-delete', netns, flows }, replace(table.chains)];
}

export function deleteTable(netns: string, name: string, before: Resource): readonly Operation[] {
  const remove: Operation = { op: 'nft-delete', netns, table: name };
  const flows = movedFlows(before, null);
  if (flows.length === 0) return [remove];
  const comment = mark(name.slice(nftTableName('').length), 'rules');
  const left: NftTable = { name, comment, maps: [], chains: [leavingChain(before, null)] };
  return [{ op: 'nft-replace', netns, table: left }, { op: 'conntrack-delete', netns, flows }, remove];
}

function leavingChain(before: Resource | null, after: Resource | null): NftTable['chains'][number] {
  const staying = new Set(after === null ? [] : allPublishedBy(after).map((one) => JSON.stringify(one)));
  const old = (before === null ? [] : allPublishedBy(before)).filter((one) => one.protocol === 'udp' && !staying.has(JSON.stringify(one)));
  return { name: LEAVING, rules: [...old.map(ruleOf), ...formerTranslations(before, after)] };
}

function ruleOf({ address, from, to, target, targetPort, path }: PublishedRule): NftRule {
  const onHost: readonly NftMatch[] = address === undefined ? [] : [{ match: 'daddr', negate: false, prefix: address }];
  return {
    matches: [...onHost, { match: 'dport', protocol: 'udp', from, to }],
    verdict: { verdict: 'dnat', address: target, ...(targetPort === undefined ? {} : { port: targetPort }) },
    comment: path,
  };
}
