/** What nodes and hosts say, said by groups instead. */
import type { Part } from './some.js';

/** The same lab with some keys of its nodes and hosts in groups; `moves` says of one key after the other whether it goes. */
export function withGroups(lab: Part, moves: readonly boolean[]): Part {
  const groups: Record<string, Part> = {};
  let keys = 0;
  const section = (nodes: Part): Part => {
    const grouped = Object.entries(nodes).map(([name, node]) => {
      const all = Object.entries((node ?? {}) as Part).map(([key, value]) => ({ key, value, goes: moves[keys++] ?? false }));
      const pick = (goes: boolean): Part =>
        Object.fromEntries(all.filter((one) => one.goes === goes).map(({ key, value }) => [key, value]));
      if (!all.some(({ goes }) => goes)) return [name, node];
      groups[`of-${name}`] = pick(true);
      return [name, { group: `of-${name}`, ...pick(false) }];
    });
    return Object.fromEntries(grouped) as Part;
  };
  const [hosts, nodes] = [section((lab['hosts'] ?? {}) as Part), section((lab['nodes'] ?? {}) as Part)];
  return Object.keys(groups).length === 0 ? lab : { ...lab, hosts, nodes, groups };
}
