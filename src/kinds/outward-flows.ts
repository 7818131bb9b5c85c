/** UDP flows out of networks whose packets get another source address by now: the kernel chose the one that they have as they began. */
import { familyOf } from '../model/address.js';
import type { NftMatch, NftRule, NftVerdict, OutwardFlows } from '../model/operation.js';
import type { Resource } from '../model/state.js';
import { textsOf } from './rule-texts.js';

/** `ip saddr 10.0.0.0/24 oifname != "br-x" ip daddr != 224.0.0.0/4 snat ip to 192.0.2.1 comment "networks.n"`; not what comes in by published ports. */
const OUTWARD = /^ip6? saddr (\S+\/\d+) (?!.*\bct status dnat\b).*?\b(masquerade|snat ip6? to (\S+))/;

/** Network → what its packets get. */
type Translations = ReadonlyMap<string, string>;

function translationsOf(table: Resource | null): Translations {
  const texts = Object.values(table?.props ?? {}).flatMap(textsOf);
  return new Map(
    texts.flatMap((text): readonly (readonly [string, string])[] => {
      const [, source, translation] = OUTWARD.exec(text) ?? [];
      return source === undefined || translation === undefined ? [] : [[source, translation]];
    }),
  );
}

/** Networks that come with their rules have no flows yet, and those that go with all of them none any more. */
export function outwardFlows(before: Resource | null, after: Resource | null, isUnfinished: boolean): readonly OutwardFlows[] {
  if (before === null || after === null) return [];
  const [old, now] = [translationsOf(before), translationsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((source) => isUnfinished || old.get(source) !== now.get(source))
    .map((source) => ({ protocol: 'udp', family: familyOf(source), source }));
}

/** What was, as rules that nothing jumps to. */
export function formerTranslations(before: Resource | null, after: Resource | null): readonly NftRule[] {
  const [old, now] = [translationsOf(before), translationsOf(after)];
  return [...old].flatMap(([source, translation]) => {
    if (now.get(source) === translation) return [];
    const family = familyOf(source);
    const matches: readonly NftMatch[] = [{ match: 'saddr', negate: false, prefix: source }, MULTICAST[family]];
    const address = translation.slice(translation.lastIndexOf(' ') + 1);
    const verdict: NftVerdict = translation === 'masquerade' ? { verdict: 'masquerade', family } : { verdict: 'snat', address };
    return [{ matches, verdict, comment: 'networks' }];
  });
}

const MULTICAST: { readonly [family in 4 | 6]: NftMatch } = {
  4: { match: 'daddr', negate: true, prefix: '224.0.0.0/4' },
  6: { match: 'daddr', negate: true, prefix: 'ff00::/8' },
};
