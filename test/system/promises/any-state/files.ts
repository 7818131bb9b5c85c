/** Labs, and the files that they are written in: one, or several that include each other. */
import fc from 'fast-check';
import { anyLab } from './labs.js';
import { some, type Part } from './some.js';

/** Texts by name. */
type Files = Readonly<Record<string, string>>;

export interface Lab {
  readonly whole: string;
  /** Which mean the same. */
  readonly files: Files;
}

/** The first is the one that a command is given. */
export const [FIRST, SECOND, THIRD] = ['lab.yaml', 'more.yaml', 'last.yaml'] as const;

/** What belongs to the whole lab stays in the first file; of the rest, the file of each network, host, group, node and link is drawn. */
function divided(lab: string, draws: readonly number[]): Files {
  const { networks, hosts, groups = {}, nodes, links, ...whole } = JSON.parse(lab) as Part & { readonly links: readonly Part[] };
  let entries = 0;
  const shares: Record<string, unknown>[] = [{ ...whole, include: [SECOND] }, { include: THIRD }, {}];
  const next = (): Record<string, unknown> => shares[draws[entries++ % draws.length]!]!;
  for (const [section, all] of Object.entries({ networks, hosts, groups, nodes }))
    for (const [name, one] of Object.entries(all as Part)) {
      const share = next();
      share[section] = { ...(share[section] as Part | undefined), [name]: one };
    }
  for (const link of links) {
    const share = next();
    share['links'] = [...((share['links'] ?? []) as readonly Part[]), link];
  }
  return Object.fromEntries([FIRST, SECOND, THIRD].map((name, index) => [name, JSON.stringify(shares[index])]));
}

const draws = fc.array(fc.nat(2), { minLength: 11, maxLength: 11 });

export const anyLabInFiles: fc.Arbitrary<Lab> = fc
  .tuple(anyLab, some(draws))
  .map(([whole, drawn]) => ({ whole, files: drawn === undefined ? { [FIRST]: whole } : divided(whole, drawn) }));
