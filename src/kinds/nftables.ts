import type { Diagnostic, SourceRange } from '../model/diagnostic.js';
import { mark, nftTableName, parseMark } from '../model/names.js';
import type { NetnsObservation, NftTableObservation, Observation } from '../model/observation.js';
import type { NftMap, NftTable, Operation } from '../model/operation.js';
import { HOST, type PropValue, type Props, type Resource, type ResourceId } from '../model/state.js';
import type { FindContext, Found, Kind } from './kind.js';
import { desiredTable } from '../model/nft/canonical.js';
import { routedNetworks } from './routed-networks.js';
import { exposedPorts } from './exposed-ports.js';
import { takenPorts, type HostPorts } from './host-ports.js';
import { bridgeSetting, unreachedPorts, type ApartNetwork } from './isolated-ports.js';
import { questionedPorts } from './dns-flows.js';
import { portsInUse } from './port-in-use.js';
import { missingAddresses, type NamedAddress } from './missing-address.js';
import { deleteTable, replaceTable } from './moving-flows.js';
import { publishedBy, publishedIn } from './published-rules.js';
import { foreign, labNamespaces, netnsMark, netnsNeeds } from './ownership.js';

export interface NftablesSpec {
  readonly lab: string;
  readonly netns: string;
  /** Name of the simulated host whose namespace it is. */
  readonly host?: string;
  readonly chains: NftTable['chains'];
  readonly maps: readonly NftMap[];
  /** What the rules claim of the host. */
  readonly hostPorts: readonly HostPorts[];
  /** Addresses of the host that published ports and networks name. */
  readonly named: readonly NamedAddress[];
  /** Networks whose nodes are kept apart, with what is published for them. */
  readonly apart: readonly ApartNetwork[];
  readonly path: string;
  readonly at: SourceRange;
}

interface NftablesDefinition {
  readonly table: NftTable;
  readonly hostPorts: readonly HostPorts[];
  readonly named: readonly NamedAddress[];
  readonly apart: readonly ApartNetwork[];
}

/** Of a table of which nobody asks what is in its way. */
export const NOTHING_ASKED: Omit<NftablesDefinition, 'table'> = { hostPorts: [], named: [], apart: [] };

const nftablesId = (netns: string, table: string): ResourceId => `nftables:${netns}/${table}`;

/** One table of family inet per lab and namespace, always replaced as a whole. */
export function nftablesResource(spec: NftablesSpec): Resource {
  const table: NftTable = { name: nftTableName(spec.lab), comment: mark(spec.lab, 'rules'), maps: spec.maps, chains: spec.chains };
  const definition: NftablesDefinition = { table, hostPorts: spec.hostPorts, named: spec.named, apart: spec.apart };
  return { ...tableResource(spec.netns, desiredTable(table), spec.host), definition, path: spec.path, at: spec.at };
}

function tableResource(netns: string, table: NftTableObservation, host: string | undefined): Resource {
  return {
    id: nftablesId(netns, table.name),
    kind: 'nftables',
    netns,
    props: propsOf(table),
    needs: netnsNeeds(netns),
    goesWith: netnsNeeds(netns),
    ...(host === undefined ? {} : { facts: { host } }),
  };
}

/** A field for each chain and each map, so that a plan names the one that differs. */
function propsOf(table: NftTableObservation): Props {
  const chains = table.chains.map((chain): [string, PropValue] => [
    `chain ${chain.name}`,
    { hook: chain.hook, rules: chain.rules.map((rule) => ({ text: rule.text, code: rule.code })) },
  ]);
  const maps = table.maps.map(({ name, type, elements }): [string, PropValue] => [
    `map ${name}`,
    { hook: type, rules: elements.map(({ text, code }) => ({ text, code })) },
  ]);
  return { ...Object.fromEntries([...maps, ...chains]), other: table.other };
}

function find(context: FindContext): Found {
  const { observation, desired } = context;
  const resources: Resource[] = [];
  const conflicts: Diagnostic[] = [];
  for (const ns of [observation.host, ...labNamespaces(observation, desired.lab)]) {
    conflicts.push(...takenIn(ns, desired.resources.get(nftablesId(ns.netns, nftTableName(desired.lab))), observation));
    if (ns.nft === null) continue;
    if (parseMark(ns.nft.comment)?.lab === desired.lab) resources.push(tableResource(ns.netns, ns.nft, netnsMark(ns)?.object));
    else {
      const wanted = desired.resources.get(nftablesId(ns.netns, ns.nft.name));
      if (wanted !== undefined)
        conflicts.push(
          foreign('foreign-nft-table', `an nftables table named inet ${ns.nft.name}`, wanted, null, 'rules are not taken over'),
        );
    }
  }
  return { resources, conflicts: [...conflicts, ...outOfReach(context)] };
}

/** On namespaces that are still to come as well. */
function outOfReach(context: FindContext): readonly Diagnostic[] {
  const { observation, desired } = context;
  const there = new Map([observation.host, ...observation.namespaces].map((ns) => [ns.netns, ns]));
  return [...desired.resources.values()].flatMap(({ kind, netns, definition, facts }) => {
    if (kind !== 'nftables') return [];
    const { apart, named } = definition as NftablesDefinition;
    const ns = there.get(netns);
    return [
      ...unreachedPorts(apart, bridgeSetting(context, netns, ns), facts?.['host'] as string | undefined),
      ...missingAddresses(named, netns, ns, desired),
    ];
  });
}

/** Ports of the host that others have. Other labs are on the host itself only. */
function takenIn({ netns, nft }: NetnsObservation, wanted: Resource | undefined, observation: Observation): readonly Diagnostic[] {
  const { hostPorts } = (wanted?.definition as NftablesDefinition | undefined) ?? { hostPorts: [] };
  if (hostPorts.length === 0) return [];
  const listeners = observation.listeners.filter((listener) => listener.netns === netns);
  const others = netns === HOST ? observation.otherTables : [];
  const kept = questionedPorts([...others, ...(nft === null ? [] : [nft])], wanted);
  return [...takenPorts(hostPorts, others), ...portsInUse(hostPorts, nft === null ? [] : publishedIn(nft), kept, listeners)];
}

const tableOf = (resource: Resource): string => resource.id.slice(resource.id.indexOf('/') + 1);

function replace(before: Resource | null, after: Resource): readonly Operation[] {
  return replaceTable(after.netns, (after.definition as NftablesDefinition).table, before, after);
}

export const nftables: Kind = {
  name: 'nftables',
  stage: () => 1,
  inPlace: () => true,
  defaults: () => ({ other: [] }),
  find,
  create: (after) => replace(null, after),
  update: (before, after) => replace(before, after),
  delete: (before) => deleteTable(before.netns, tableOf(before), before),
  opens: routedNetworks,
  opensWithout: routedNetworks,
  exposes: (resource) => exposedPorts(publishedBy(resource), resource.facts?.['host'] as string | undefined),
  title: (resource) => `nftables table inet ${tableOf(resource)} in ${resource.netns}`,
};
