import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import type { NetnsObservation, Observation } from '../model/observation.js';
import { HOST, type Resource, type ResourceId, type State } from '../model/state.js';
import { interfaceOfKey, IPV4_FORWARDING, IPV6_FORWARDING } from '../model/sysctl-key.js';
import type { FindContext, Found, Kind } from './kind.js';
import { WITHIN_NETNS } from './kind.js';
import { withoutIpv6 } from './no-ipv6.js';
import { netnsNeeds, labNamespaces } from './ownership.js';

export interface SysctlSpec {
  readonly netns: string;
  /** Dotted. */
  readonly key: string;
  readonly value: string;
  /** The former value comes back when nobody asks for this any more; otherwise the setting goes with its link. */
  readonly remember: boolean;
  /** The link whose setting it is. */
  readonly link?: ResourceId;
  readonly path: string;
  readonly at: SourceRange;
}

/** The only settings of the whole host that the program touches; others that they disturb are remembered along with them. */
const HOST_WIDE = [IPV4_FORWARDING, IPV6_FORWARDING];

const sysctlId = (netns: string, key: string): ResourceId => `sysctl:${netns}/${key}`;

interface SysctlDefinition {
  readonly remember: boolean;
}

export function sysctlResource(spec: SysctlSpec): Resource {
  const { netns, key, value, remember, link, path, at } = spec;
  const own = netnsNeeds(netns);
  const definition: SysctlDefinition = { remember };
  return {
    id: sysctlId(netns, key),
    kind: 'sysctl',
    netns,
    props: { key, value },
    needs: link === undefined ? own : [...own, link],
    goesWith: link === undefined ? own : [link],
    definition,
    path,
    at,
  };
}

/**
 * What is observed of a wanted setting is never deleted for itself: what was remembered is put back. Whose it is
 * (`goesWith`) the file knows, what is read does not.
 */
function observedSysctl(
  ns: NetnsObservation,
  key: string,
  value: string | null,
  deletable: boolean,
  wanted: Resource | undefined,
): Resource {
  const former = ns.remembered.get(key);
  const found = foundSysctl(ns.netns, key, value, wanted);
  if (former === undefined) return Object.assign(found, { keep: true });
  return Object.assign(found, { definition: { former } }, deletable ? undefined : { keep: true });
}

/** The interface of that name may be another object now than it will be, and goes then. What is no longer wanted has a memory that does not go with it. */
function alongWith(link: ResourceId | undefined, found: Resource): Resource {
  const { goesWith = [] } = found;
  return link === undefined || goesWith.includes(link) ? found : { ...found, goesWith: [...goesWith, link] };
}

function foundSysctl(netns: string, key: string, value: string | null, wanted: Resource | undefined): Resource {
  const needs = netnsNeeds(netns);
  return { id: sysctlId(netns, key), kind: 'sysctl', netns, props: { key, value }, needs, goesWith: wanted?.goesWith ?? needs };
}

function find(context: FindContext): Found {
  const { observation, desired } = context;
  const resources: Resource[] = [];
  const lastLab = observation.otherLabs.length === 0;
  for (const ns of [observation.host, ...labNamespaces(observation, desired.lab)]) {
    for (const [key, value] of ns.sysctls) {
      const isHost = ns.netns === HOST;
      const wanted = desired.resources.get(sysctlId(ns.netns, key));
      // Without a value its interface is gone. What is remembered of it must go too, or it would be put back on the next of that name.
      if (wanted !== undefined ? value === null : !ns.remembered.has(key) || (isHost && !HOST_WIDE.includes(key))) continue;
      const found = observedSysctl(ns, key, withAll(ns, desired, key) ?? value, !isHost || lastLab, wanted);
      resources.push(wanted === undefined ? found : alongWith(context.linkAt(ns.netns, interfaceOfKey(key) ?? ''), found));
    }
  }
  for (const one of switchedOff(context, new Set(resources.map(({ id }) => id)))) resources.push(one);
  const absent = withoutIpv6(context);
  const known = new Set(absent.resources.map(({ id }) => id));
  const all = known.size === 0 ? resources : [...resources.filter(({ id }) => !known.has(id)), ...absent.resources];
  return {
    resources: all,
    conflicts: [...absent.conflicts, ...unknownKeys(observation, desired), ...lostDefaultRoutes(observation, desired)],
  };
}

const disableIpv6 = (dev: string): string => `net.ipv6.conf.${dev}.disable_ipv6`;

/**
 * What the setting of an interface will be when that of `all` has been put right, which the kernel writes to each interface
 * (`addrconf_disable_change`): it has to be written again behind that, though it is as it should be now.
 */
function withAll(ns: NetnsObservation, desired: State, key: string): string | undefined {
  const all = disableIpv6('all');
  if (key === all || !key.startsWith('net.ipv6.conf.') || !key.endsWith('.disable_ipv6')) return undefined;
  const wanted = desired.resources.get(sysctlId(ns.netns, all))?.props['value'];
  return typeof wanted === 'string' && ns.sysctls.get(all) !== wanted ? wanted : undefined;
}

/**
 * IPv6 that somebody switched off where the file has IPv6 addresses: none could be added. The dump of the links tells, so that
 * no file has to be read.
 */
function switchedOff({ observation, desired, linkAt }: FindContext, known: ReadonlySet<ResourceId>): readonly Resource[] {
  const off = [observation.host, ...labNamespaces(observation, desired.lab)].flatMap(({ netns, links }) =>
    links.filter(({ name, ipv6Disabled }) => ipv6Disabled && linkAt(netns, name) !== undefined).map(({ name }) => ({ netns, name })),
  );
  if (off.length === 0) return [];
  const wanted = interfacesWithIpv6(desired);
  return off
    .filter(({ netns, name }) => wanted.has(`${netns}/${name}`) && !desired.resources.has(sysctlId(netns, disableIpv6('all'))))
    .flatMap(({ netns, name }) => (name === 'lo' ? ['lo', 'default'] : [name]).map((dev) => ({ netns, key: disableIpv6(dev) })))
    .filter(({ netns, key }) => !desired.resources.has(sysctlId(netns, key)) && !known.has(sysctlId(netns, key)))
    .map(({ netns, key }) => ({ ...foundSysctl(netns, key, '1', undefined), definition: { former: '0' } }));
}

/** As `netns/dev`. A node's lo has ::1 wherever the node has IPv6; if that is gone, new interfaces get none either. */
function interfacesWithIpv6(desired: State): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const { id, kind, netns } of desired.resources.values()) {
    const [dev = '', address = ''] = kind === 'address' ? id.slice(`address:${netns}/`.length).split('/') : [];
    if (address.includes(':')) wanted.add(`${netns}/${dev}`).add(`${netns}/lo`);
  }
  return wanted;
}

/** A key that an existing namespace does not have; on a new one the kernel will tell. */
function unknownKeys(observation: Observation, desired: State): readonly Diagnostic[] {
  return observation.namespaces.flatMap((ns) =>
    [...ns.sysctls].flatMap(([key, value]): Diagnostic[] => {
      const wanted = value === null && interfaceOfKey(key) === undefined ? desired.resources.get(sysctlId(ns.netns, key)) : undefined;
      if (wanted === undefined) return [];
      const at = wanted.at === undefined ? {} : { at: wanted.at };
      return [
        {
          code: 'unknown-sysctl',
          severity: 'error',
          message: `this kernel has no setting ${key} in a network namespace`,
          ...at,
          hint: 'sysctl -a lists those that it has',
        },
      ];
    }),
  );
}

const ROUTER_ADVERTISEMENT = 9;

/** Switching IPv6 forwarding on drops default routes learned from router advertisements, for good. */
function lostDefaultRoutes(observation: Observation, desired: State): readonly Diagnostic[] {
  const wanted = desired.resources.get(sysctlId(HOST, IPV6_FORWARDING));
  if (wanted === undefined || observation.host.sysctls.get(IPV6_FORWARDING) !== '0') return [];
  const learned = observation.host.routes.filter((route) => route.to === '::/0' && route.protocol === ROUTER_ADVERTISEMENT);
  return learned
    .filter((route) => observation.host.sysctls.get(`net.ipv6.conf.${route.dev}.accept_ra`) !== '2')
    .map((route) => ({
      code: 'router-advertisement-lost',
      severity: 'error' as const,
      message: `the host's IPv6 default route on ${route.dev} comes from a router advertisement, and the kernel drops it when IPv6 forwarding is switched on`,
      ...(wanted.at === undefined ? {} : { at: wanted.at }),
      hint: `sysctl net.ipv6.conf.${route.dev}.accept_ra=2 keeps it`,
    }));
}

const keyOf = (resource: Resource): string => String(resource.props['key']);

function set(after: Resource): ReturnType<Kind['create']> {
  const { remember } = after.definition as SysctlDefinition;
  return [{ op: 'sysctl-set', netns: after.netns, key: keyOf(after), value: String(after.props['value']), remember }];
}

export const sysctl: Kind = {
  name: 'sysctl',
  // What is written to `all` is written to each interface too (`addrconf_disable_change`): those that are otherwise come behind it.
  stage: (resource) => (resource.netns === HOST ? 3 : interfaceOfKey(keyOf(resource)) === 'all' ? WITHIN_NETNS : WITHIN_NETNS + 1),
  inPlace: () => true,
  defaults: ({ props: { key } }) => ({ key: key ?? null }),
  find,
  create: set,
  update: (_before, after) => set(after),
  delete: (before) => {
    const former = (before.definition as { former: string } | undefined)?.former;
    return former === undefined ? [] : [{ op: 'sysctl-restore', netns: before.netns, key: keyOf(before), value: former }];
  },
  title: (resource) => `sysctl ${keyOf(resource)} in ${resource.netns}`,
};
