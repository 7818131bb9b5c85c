/** A network that is moved: its bridges get their new names, in place. */
import { mark } from '../model/names.js';
import type { Move, Renaming } from '../model/moves.js';
import type { NetnsObservation, Observation } from '../model/observation.js';
import type { ResourceId, State } from '../model/state.js';
import { markedId } from './ownership.js';

export interface LinkRename {
  readonly netns: string;
  readonly was: string;
  readonly is: string;
}

/** As `networks/derive.ts` writes it: no name of a lab and a network is too long. */
export const bridgeAltname = (lab: string, network: string): string => `topo.${lab}.${network}`;

/** Null: there is nothing of that name. */
export function bridgeMoves(
  observation: Observation,
  { from, to, isBack }: Move,
  desired: State,
): { readonly observation: Observation; readonly renamings: readonly Renaming[]; readonly ids: readonly ResourceId[] } | null {
  const { lab } = desired;
  const altnames = [from, ...(isBack === true ? [to] : [])].map((network) => bridgeAltname(lab, network));
  // Refused in between, it may have neither name.
  const isHalf = (id: ResourceId | null): boolean =>
    isBack === true && id !== null && [from, to].some((network) => desired.resources.get(id)?.path === `networks.${network}`);
  const targets = [...desired.resources.values()].filter(({ kind, path }) => kind === 'bridge' && path === `networks.${to}`);
  const renamings: Renaming[] = [];
  const ids: ResourceId[] = [];
  const moved = <N extends NetnsObservation>(ns: N): N => {
    const target = targets.find(({ netns }) => netns === ns.netns);
    const link = ns.links.find(
      (one) =>
        one.type === 'bridge' &&
        markedId(one, lab) !== null &&
        (altnames.some((altname) => one.altnames.includes(altname)) || isHalf(markedId(one, lab))),
    );
    if (target === undefined || link === undefined) return ns;
    const name = target.id.slice(target.id.indexOf('/') + 1);
    if (name !== link.name && ns.links.some((other) => other.name === name)) return ns;
    ids.push(target.id);
    const rename = { netns: ns.netns, was: link.name, is: name };
    if (name !== link.name)
      renamings.push({
        from: `networks.${from}`,
        id: target.id,
        field: 'name',
        was: link.name,
        is: name,
        operations: [{ op: 'link-rename', netns: ns.netns, name: link.name, to: name }],
      });
    return withRename(ns, rename, mark(lab, target.id));
  };
  const [host, namespaces] = [moved(observation.host), observation.namespaces.map(moved)];
  return ids.length === 0 ? null : { observation: { ...observation, host, namespaces }, renamings, ids };
}

/** The namespace as it is behind the rename; `claimed` is the mark that the link is to have. */
export function withRename<N extends NetnsObservation>(ns: N, { was, is }: LinkRename, claimed?: string): N {
  const name = (dev: string): string => (dev === was ? is : dev);
  const dev = <T extends { readonly dev: string }>(one: T): T => (one.dev === was ? { ...one, dev: is } : one);
  return {
    ...ns,
    links: ns.links.map((link) => {
      const { master, dev: below } = link.attributes;
      const refers = master === was || below === was;
      const attributes = refers
        ? { ...link.attributes, ...(master === was ? { master: is } : {}), ...(below === was ? { dev: is } : {}) }
        : link.attributes;
      return link.name === was
        ? { ...link, name: is, ...(was === is ? {} : { renamedFrom: was }), attributes, ...(claimed === undefined ? {} : { claimed }) }
        : refers
          ? { ...link, attributes }
          : link;
    }),
    addresses: ns.addresses.map(dev),
    routes: ns.routes.map(dev),
    neighbours: ns.neighbours.map(dev),
    ...(ns.fdb === undefined ? {} : { fdb: ns.fdb.map(dev) }),
    rules: ns.rules.map((rule) => (rule.iif === was || rule.oif === was ? { ...rule, iif: name(rule.iif), oif: name(rule.oif) } : rule)),
  };
}
