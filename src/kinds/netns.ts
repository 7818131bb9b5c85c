import type { NetnsObservation, Observation } from '../model/observation.js';
import { adoptedMark } from '../model/lo-marks.js';
import { mark, parseMark } from '../model/names.js';
import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { Props, Resource, State } from '../model/state.js';
import type { Operation } from '../model/operation.js';
import { IPV4_FORWARDING, IPV6_FORWARDING } from '../model/sysctl-key.js';
import { addMissingRules, DEFAULT_RULES, defaultRulesIn } from './default-rules.js';
import type { Found, Kind } from './kind.js';
import { attach, detach, foundOfContainer, missingContainers, ofContainer, type NetnsContainer } from './netns-container.js';
import { filesOf, refusedLinks, setOf } from './netns-files.js';
import { containerKindOf, foreign, loOf, netnsId, netnsMark, type NetnsDefinition } from './ownership.js';

interface Adopting {
  /** The altname that its lo gets first. */
  readonly adopts: string;
}

export interface NetnsSpec {
  readonly lab: string;
  readonly netns: string;
  readonly node: string;
  /** Patterns of interfaces inside that are somebody else's. */
  readonly ignore: readonly string[];
  /** The set of files that its processes see in place of the host's; '' for none. */
  readonly names: string;
  readonly forwarding: Forwarding;
  /** The namespace is that of a container. */
  readonly container?: NetnsContainer;
  readonly path: string;
  readonly at: SourceRange;
}

/** Of all interfaces, as /proc/sys says it: set both ways, for a new namespace takes IPv4's over from the host. */
export interface Forwarding {
  readonly ipv4: string;
  readonly ipv6: string;
}

export function netnsResource(spec: NetnsSpec): Resource {
  if (spec.container !== undefined) return ofContainer(spec, spec.container);
  const definition: NetnsDefinition = { ignore: spec.ignore };
  return {
    id: netnsId(spec.netns),
    kind: 'netns',
    netns: spec.netns,
    props: propsOf(mark(spec.lab, spec.node), DEFAULT_RULES, spec.forwarding, spec.names),
    needs: [],
    definition,
    path: spec.path,
    at: spec.at,
  };
}

const propsOf = (mark: string, default_rules: readonly string[], { ipv4, ipv6 }: Forwarding, names: string): Props => ({
  mark,
  [IPV4_FORWARDING]: ipv4,
  [IPV6_FORWARDING]: ipv6,
  default_rules,
  names,
});

const SETTINGS = [IPV4_FORWARDING, IPV6_FORWARDING] as const;

/** A kernel without IPv6 forwards none, which is no drift. */
function forwardingIn({ netns, forwarding }: NetnsObservation, isMissing: boolean, desired: State): Forwarding {
  const wanted = isMissing ? desired.resources.get(netnsId(netns))?.props[IPV6_FORWARDING] : undefined;
  return { ipv4: forwarding[4] ?? '0', ipv6: typeof wanted === 'string' ? wanted : (forwarding[6] ?? '0') };
}

function find(observation: Observation, desired: State): Found {
  const { namespaces, host, files } = observation;
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [...refusedLinks(files, desired)];
  for (const ns of namespaces) {
    if (ns.stale) {
      if (!desired.resources.has(netnsId(ns.netns))) resources.push(leftBehind(ns.netns, desired.lab));
      continue;
    }
    const found = netnsMark(ns);
    if (found?.lab === desired.lab) {
      const names = setOf(files.links.get(ns.netns), desired.lab);
      const kind = containerKindOf(ns, desired.lab);
      if (kind !== null && kind !== 'adopted') {
        resources.push(foundOfContainer(ns, observation, desired, { mark: mark(found.lab, found.object), names }));
        continue;
      }
      const alias = loOf(ns)?.alias ?? '';
      const props = propsOf(
        alias,
        defaultRulesIn(ns.rules, host.rules),
        forwardingIn(ns, observation.ipv6Missing === true, desired),
        names,
      );
      const facts = kind === 'adopted' ? { facts: { adopted: true } } : {};
      // Not before the namespace says that it was somebody else's may it say that it is the lab's.
      const isForeign = kind === 'adopted' && alias !== mark(found.lab, found.object);
      const altname = adoptedMark(found.lab, found.object);
      const definition: Adopting | undefined = isForeign && loOf(ns)?.altnames.includes(altname) !== true ? { adopts: altname } : undefined;
      resources.push({
        id: netnsId(ns.netns),
        kind: 'netns',
        netns: ns.netns,
        props,
        needs: [],
        ...facts,
        ...(definition && { definition }),
      });
      continue;
    }
    const wanted = desired.resources.get(netnsId(ns.netns));
    if (wanted !== undefined) conflicts.push(foreign('foreign-netns', `a network namespace named ${ns.netns}`, wanted, found?.lab ?? null));
  }
  return { resources, conflicts: [...conflicts, ...missingContainers(observation, desired)] };
}

/** Where the file wants a namespace of that name, its making takes the place. */
const leftBehind = (netns: string, lab: string): Resource => ({
  id: netnsId(netns),
  kind: 'netns',
  netns,
  props: propsOf(mark(lab, netns.startsWith(`${lab}.`) ? netns.slice(lab.length + 1) : netns), DEFAULT_RULES, { ipv4: '0', ipv6: '0' }, ''),
  needs: [],
});

function adopting({ netns, definition }: Resource): readonly Operation[] {
  const altname = (definition as Partial<Adopting> | undefined)?.adopts;
  return altname === undefined ? [] : [{ op: 'altname-add', netns, name: 'lo', altname }];
}

const valueOf = ({ props }: Resource, key: string): string => String(props[key]);
const markOf = (resource: Resource): string => String(resource.props['mark']);

export const netns: Kind = {
  name: 'netns',
  stage: () => 0,
  inPlace: (field) => field !== 'container',
  defaults: ({ props: { names } }) => ({
    [IPV4_FORWARDING]: '0',
    [IPV6_FORWARDING]: '0',
    default_rules: DEFAULT_RULES,
    names: names ?? '',
  }),
  find: ({ observation, desired }) => find(observation, desired),
  create: (after) => {
    const { altname } = after.definition as NetnsDefinition;
    if (altname !== undefined) return attach(after, altname);
    const files = filesOf(after);
    return [
      {
        op: 'netns-add',
        netns: after.netns,
        alias: markOf(after),
        sysctls: { [IPV4_FORWARDING]: valueOf(after, IPV4_FORWARDING), [IPV6_FORWARDING]: valueOf(after, IPV6_FORWARDING) },
        ...(files === '' ? {} : { files }),
      },
    ];
  },
  update: (before, after, fields) => [
    ...adopting(before),
    ...(fields.some(({ field }) => field === 'mark')
      ? [{ op: 'link-set' as const, netns: after.netns, name: 'lo', attributes: { alias: markOf(after) } }]
      : []),
    ...SETTINGS.filter((key) => fields.some(({ field }) => field === key)).map((key) => ({
      op: 'sysctl-set' as const,
      netns: after.netns,
      key,
      value: valueOf(after, key),
      remember: false,
    })),
    ...(before.props['default_rules'] === null ? [] : addMissingRules(after.netns, before.props['default_rules'] as readonly string[])),
    ...(fields.some(({ field }) => field === 'names')
      ? [{ op: 'node-files-link' as const, netns: after.netns, folder: filesOf(after) }]
      : []),
  ],
  delete: (before) => {
    const altname = (before.definition as NetnsDefinition | undefined)?.altname;
    if (altname !== undefined) return detach(before, altname);
    return [{ op: 'netns-delete', netns: before.netns, ...(before.props['names'] === '' ? {} : { files: true }) }];
  },
  title: (resource) => `netns ${resource.netns} (node ${parseMark(markOf(resource))?.object ?? '?'})`,
};
