/** Of long lists of addresses in others' rules, those that are about addresses that matter: ten thousand rules are looked at once, not for each packet. */
import { CMP, type Expression, META, PAYLOAD } from './expressions.js';
import type { ForeignRule, ForeignTable } from './foreign.js';
import type { KnownAddress } from './packet.js';
import { bytesOfHex, isEqual, type Partial, prefixed, sliced, whole } from './partial.js';

/** IFNAMSIZ */
const INTERFACE_NAME = 16;

/** Where the source and the destination stand in the two headers. */
const OFFSETS: ReadonlyMap<number, 4 | 16> = new Map([
  [12, 4],
  [16, 4],
  [8, 16],
  [24, 16],
]);

/** Without rules that ask for an address, a network or an interface which has nothing in common with any of these. */
export function relevantIn(table: ForeignTable, addresses: readonly KnownAddress[], interfaces: readonly string[]): ForeignTable {
  const known = addresses.map(({ bytes, length }) => prefixed(bytes, length));
  const names = interfaces.map((name) => whole([...Buffer.from(name.padEnd(INTERFACE_NAME, '\0'))]));
  const rules = [...table.rules].map(([chain, list]) => [chain, list.filter((rule) => mayMatter(rule, known, names))] as const);
  return { sets: table.sets, rules: new Map(rules) };
}

function mayMatter({ expressions }: ForeignRule, known: readonly Partial[], names: readonly Partial[]): boolean {
  // Where it is not known whether packets come back from a chain, they do.
  if (expressions.at(-1)?.fields['data'] === 'return') return true;
  return !expressions.some((one, i) => isElsewhere(one, expressions[i + 1], known) || isOfOther(one, expressions[i + 1], names));
}

function isOfOther({ name, fields }: Expression, check: Expression | undefined, names: readonly Partial[]): boolean {
  if (name !== 'meta' || (fields['key'] !== META.iifname && fields['key'] !== META.oifname)) return false;
  if (check?.name !== 'cmp' || check.fields['op'] !== CMP.eq) return false;
  const data = bytesOfHex(String(check.fields['data']));
  return names.every((one) => isEqual(sliced(one, 0, data.length), data) === false);
}

function isElsewhere(load: Expression, check: Expression | undefined, known: readonly Partial[]): boolean {
  const { base, offset, len } = load.fields;
  if (load.name !== 'payload' || base !== PAYLOAD.network || check?.name !== 'cmp' || check.fields['op'] !== CMP.eq) return false;
  const width = OFFSETS.get(Number(offset));
  // A single byte there may be another field of the other header.
  if (width === undefined || Number(len) < 2 || Number(len) > width) return false;
  const data = bytesOfHex(String(check.fields['data']));
  return known.every((one) => one.bytes.length !== width || isEqual(sliced(one, 0, data.length), data) === false);
}
