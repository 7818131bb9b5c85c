/** `ospf` of a node → OSPF of BIRD: one instance for each family that an interface of its areas has an address of. */
import type { Family } from '../../model/address.js';
import type { OspfInterface as Settings, Routing } from '../../model/routing.js';
import type { LabInterface, LabNode } from '../lab.js';
import type { BirdFilter, BirdProtocol, OspfInterface } from './config.js';

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
      areas: [...ospf.areas]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, interfaces }) => ({ id, interfaces: byName(interfaces.map((settings) => interfaceOf(node, settings))) })),
    }));
}

function hasFamily({ addresses }: LabInterface, family: Family): boolean {
  return addresses.some(({ cidr }) => cidr.family === family);
}

function interfaceOf({ attachments }: LabNode, settings: Settings): OspfInterface {
  const { name, passive, cost, hello, dead, bfd } = settings;
  const shared = attachments.some((one) => one.interface.name === name);
  const type = settings.type ?? (shared ? 'broadcast' : 'point-to-point');
  const plain = { name, stub: passive, type: type === 'broadcast' ? 'broadcast' : 'ptp', hello, dead, bfd } as const;
  return cost === undefined ? plain : { ...plain, cost };
}

function byName(interfaces: readonly OspfInterface[]): readonly OspfInterface[] {
  return [...interfaces].sort((a, b) => (a.name < b.name ? -1 : 1));
}
