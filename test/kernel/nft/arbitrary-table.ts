/** Random tables that the kernel takes. */
import fc from 'fast-check';
import { addressOfBytes } from '../../../src/model/address.js';
import type { NftChain, NftMatch, NftRule, NftTable, NftVerdict } from '../../../src/model/operation.js';

type Family = 4 | 6;

const letters = (min: number, max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('abcxyz019-_.')), minLength: min, maxLength: max });
const interfaceName = letters(1, 15).filter((name) => name !== '.' && name !== '..');
const comment = fc.oneof(
  fc.constant(''),
  letters(1, 40),
  fc.string({ unit: fc.constantFrom(...Array.from('aä☃ []:;,#{}\\')), minLength: 1, maxLength: 40 }),
);

const address = (family: Family): fc.Arbitrary<string> => {
  const length = family === 4 ? 4 : 16;
  return (
    fc
      .array(fc.oneof(fc.constant(0), fc.nat(255)), { minLength: length, maxLength: length })
      // Behind ten zeros the last four bytes may be written in the way of IPv4 by `nft`.
      .filter((bytes) => family === 4 || bytes.slice(0, 10).some((byte) => byte !== 0))
      .map((bytes) => addressOfBytes(bytes).text)
  );
};
const prefix = (family: Family): fc.Arbitrary<string> =>
  fc.oneof(
    address(family),
    fc.tuple(address(family), fc.integer({ min: 0, max: family === 4 ? 32 : 128 })).map(([text, length]) => `${text}/${length}`),
  );

const match = (family: Family, protocol: 'tcp' | 'udp'): fc.Arbitrary<NftMatch> =>
  fc.oneof(
    fc.record({ match: fc.constantFrom('iifname' as const, 'oifname' as const), negate: fc.boolean(), name: interfaceName }),
    fc.record({ match: fc.constantFrom('saddr' as const, 'daddr' as const), negate: fc.boolean(), prefix: prefix(family) }),
    fc.tuple(fc.nat(65535), fc.nat(65535), fc.boolean()).map(([a, b, one]) => {
      const from = Math.min(a, b);
      return { match: 'dport' as const, protocol, from, to: one ? from : Math.max(a, b) };
    }),
    fc.record({ match: fc.constant('fib-local' as const), side: fc.constantFrom('saddr' as const, 'daddr' as const) }),
    fc.constant({ match: 'nfproto' as const, family }),
    fc.constant({ match: 'ct-state-established-related' as const }),
    fc.constant({ match: 'ct-status-dnat' as const }),
  );

const TARGET = 'target-1';
const MAP = 'map-1';
const plain = fc.constantFrom<NftVerdict>(
  { verdict: 'accept' },
  { verdict: 'drop' },
  { verdict: 'return' },
  { verdict: 'jump', chain: TARGET },
  { verdict: 'vmap', key: 'iifname', map: MAP },
  { verdict: 'vmap', key: 'oifname', map: MAP },
);

const sourceVerdict = (family: Family): fc.Arbitrary<NftVerdict> =>
  fc.oneof(
    fc.constant<NftVerdict>({ verdict: 'masquerade', family }),
    fc.record({ verdict: fc.constant('snat' as const), address: address(family) }),
  );

const destinationVerdict = (family: Family): fc.Arbitrary<NftVerdict> =>
  fc.record(
    { verdict: fc.constant('dnat' as const), address: address(family), port: fc.nat(65535) },
    { requiredKeys: ['verdict', 'address'] },
  );

/** A rule of one family and one protocol, as every rule is that does not contradict itself. */
const ruleOf = (verdict: (family: Family) => fc.Arbitrary<NftVerdict>): fc.Arbitrary<NftRule> =>
  fc
    .tuple(fc.constantFrom<Family>(4, 6), fc.constantFrom('tcp' as const, 'udp' as const))
    .chain(([family, protocol]) =>
      fc.tuple(fc.array(match(family, protocol), { maxLength: 5 }), verdict(family), comment, fc.constant(protocol)),
    )
    .map(([matches, chosen, text, protocol]) => ({
      // The port of a destination has a meaning only within a protocol.
      matches:
        chosen.verdict === 'dnat' && chosen.port !== undefined ? [...matches, { match: 'dport', protocol, from: 1, to: 9 }] : matches,
      verdict: chosen,
      comment: text,
    }));

/** Translation needs the connection, which is known from -200 on. */
const priority = fc.oneof(fc.constantFrom(-100, 0, 100), fc.integer({ min: -199, max: 300 }));
const chainOf = (
  name: string,
  hook: fc.Arbitrary<NftChain['hook']>,
  verdict: (family: Family) => fc.Arbitrary<NftVerdict>,
): fc.Arbitrary<NftChain> =>
  fc.record({ rules: fc.array(ruleOf(verdict), { maxLength: 4 }), hook }).map(({ rules, hook: chosen }) => ({
    name,
    ...(chosen === undefined ? {} : { hook: chosen }),
    rules,
  }));

const filterHook = fc.record({
  type: fc.constant('filter' as const),
  hook: fc.constantFrom('prerouting' as const, 'input' as const, 'forward' as const, 'output' as const, 'postrouting' as const),
  priority,
});
const natHook = (hook: 'prerouting' | 'postrouting'): fc.Arbitrary<NftChain['hook']> =>
  fc.record({ type: fc.constant('nat' as const), hook: fc.constant(hook), priority });
const either = (verdict: (family: Family) => fc.Arbitrary<NftVerdict>) => (family: Family) => fc.oneof(plain, verdict(family));

export const arbitraryTable: fc.Arbitrary<NftTable> = fc.record({
  name: letters(0, 20).map((tail) => `topo_${tail}`),
  comment,
  maps: fc
    .uniqueArray(interfaceName, { maxLength: 6 })
    .map((names) => [{ name: MAP, elements: names.map((name) => ({ interface: name, chain: TARGET })) }]),
  chains: fc
    .tuple(
      chainOf('filter-1', filterHook, () => plain),
      chainOf('nat-pre', natHook('prerouting'), either(destinationVerdict)),
      chainOf('nat-post', natHook('postrouting'), either(sourceVerdict)),
    )
    // Chains may stand in any order, and what is jumped to last.
    .chain((chains) => fc.shuffledSubarray(chains, { minLength: 1 }))
    .map((chains) => [...chains, { name: TARGET, rules: [] }]),
});
