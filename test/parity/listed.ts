/** docs/docker-parity.md: what topo does differently on purpose. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../system/world.js';

export interface Difference {
  readonly from: string;
  readonly to: string;
  readonly docker: string;
  readonly topo: string;
}

/** A row of a table: patterns in which `*` stands for any run of characters; of `from` and `to` there may be several. */
export interface Listed {
  readonly line: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly docker: string;
  readonly topo: string;
  readonly why: string;
}

/** The rows below a heading that begins with these words. */
export function listedBelow(heading: string): readonly Listed[] {
  const page = readFileSync(join(ROOT, 'docs/docker-parity.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(heading));
  if (section === undefined) throw new Error(`docs/docker-parity.md has no section "${heading}"`);
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const cells = line.split('|').slice(1, -1);
    const [from = [], to = [], docker = [], topo = []] = cells.map(words);
    const why = cells[4]?.trim() ?? '';
    if (cells.length !== 5 || docker.length !== 1 || topo.length !== 1 || why === '') throw new Error(`not a row of five cells: ${line}`);
    return { line, from, to, docker: docker[0]!, topo: topo[0]!, why };
  });
}

const words = (cell: string): readonly string[] => [...cell.matchAll(/`(.+?)`/g)].map(([, word = '']) => word);

export function explains({ from, to, docker, topo }: Listed, difference: Difference): boolean {
  return (
    from.some((pattern) => fits(pattern, difference.from)) &&
    to.some((pattern) => fits(pattern, difference.to)) &&
    fits(docker, difference.docker) &&
    fits(topo, difference.topo) &&
    isOneServer(difference)
  );
}

/** As whom a client is seen may differ, and whether there is an answer; never whose it is. */
function isOneServer({ docker, topo }: Difference): boolean {
  const [one, other] = [serverOf(docker), serverOf(topo)];
  return one === undefined || other === undefined || one === other;
}

/** `a1:80` of `a1:80 sees 10.61.0.1`. */
export const serverOf = (result: string): string | undefined => /^(\S+) sees /.exec(result)?.[1];

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
