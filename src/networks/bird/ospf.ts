/** `ospf` of a node → OSPF of BIRD: one instance for each family that an interface of its areas has an address of. */
import { networkOf, type Family } from '../../model/address.js';
import type { OspfArea as Area, OspfInterface as Settings, Routing } from '../../model/routing.js';
import type { LabInterface, LabNode } from '../lab.js';
import type { BirdFilter, BirdProtocol, OspfArea, OspfInterface } from './config.js';

export function ospfProtocols(node: LabNode, { ospf, multipath }: Routing): readonly BirdProtocol[] {
  if (ospf === undefined) return [];
  const used = ospf.areas.flatMap(({ interfaces }) => interfaces.flatMap(({ name }) => node.interfaces.get(name) ?? []));
  const out: BirdFilter =
    ospf.redistribute.length === 0
      ? { rules: [], otherwise: 'reject' }
      : { rules: [{ match: { sources: ospf.redistribute }, verdict: 'accept' }], otherwise: 'reject' };
  return ([4, 6] as const)
    .filter((family) => used.some((on) => hasFamily(on, family)))
    .map((family) => ({
      protocol: 'ospf',
      name: `ospf-${family}`,
      family,
      ecmp: multipath,
      export: out,
      areas: [...ospf.areas].sort((a, b) => (a.id < b.id ? -1 : 1)).map((area) => areaOf(node, area, family)),
    }));
}

/** OSPFv3 speaks from link-local addresses, and lo has none: its addresses are announced by name. */
function areaOf(node: LabNode, { id, interfaces }: Area, family: Family): OspfArea {
  const byAddress = interfaces.filter(({ name }) => family === 6 && name === 'lo');
  return {
    id,
    interfaces: interfaces
      .filter((settings) => !byAddress.includes(settings))
      .map((settings) => interfaceOf(node, settings))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    stubnets: byAddress.flatMap(({ name, cost }) => {
      const own = (node.interfaces.get(name)?.addresses ?? []).filter(({ cidr }) => cidr.family === family);
      const prefixes = [...new Set(own.map(({ cidr }) => networkOf(cidr).text))].sort();
      return prefixes.map((prefix) => (cost === undefined ? { prefix } : { prefix, cost }));
    }),
  };
}

function hasFamily({ addresses }: LabInterface, family: Family): boolean {
  return addresses.some(({ cidr }) => cidr.family === family);
}

export function ospfTypeOf({ attachments }: LabNode, { name, type }: Settings): 'point-to-point' | 'broadcast' {
  const isShared = attachments.some((one) => one.interface.name === name);
  return type ?? (isShared ? 'broadcast' : 'point-to-point');
}

function interfaceOf(node: LabNode, settings: Settings): OspfInterface {
  const { name, passive, cost, hello, dead, bfd } = settings;
  const plain = { name, stub: passive, type: ospfTypeOf(node, settings) === 'broadcast' ? 'broadcast' : 'ptp', hello, dead, bfd } as const;
  return cost === undefined ? plain : { ...plain, cost };
}
