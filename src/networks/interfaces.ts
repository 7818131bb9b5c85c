/** Interfaces inside nodes: what a network or a link makes, refined by the node's own settings. */
import { parseCidr } from '../model/address.js';
import { isLoopbacksOwn } from '../kinds/lo-own-addresses.js';
import { loopbackId } from '../kinds/loopback.js';
import { pathOfNode } from '../model/node-path.js';
import { HOST, type ResourceId } from '../model/state.js';
import type { InterfaceSettings, Node } from '../model/topology.js';
import type { Derivation } from './derive.js';
import type { LabAddress, LabInterface, Origin } from './lab.js';

/** An interface as the network or the link wants it. */
export interface PlainInterface extends Origin {
  readonly netns: string;
  readonly name: string;
  readonly link: ResourceId;
  readonly mac: string | undefined;
  readonly mtu: number;
  readonly up: boolean;
  readonly addresses: readonly LabAddress[];
}

/** Undefined: an interface of the host itself. */
export function refine(plain: PlainInterface, node: Node | undefined, derivation: Derivation): LabInterface {
  const settings = node === undefined ? undefined : settingsOf(node, plain.name);
  const { path, at, netns, name, link, addresses } = plain;
  const written = plain.mac ?? settings?.macAddress;
  return {
    path,
    at,
    netns,
    name,
    link,
    mac: written ?? derivation.interfaceMac(node?.name ?? HOST, name),
    derivedMac: written === undefined,
    mtu: settings?.mtu ?? plain.mtu,
    up: plain.up && settings?.state !== 'down',
    addresses: node === undefined || settings === undefined ? addresses : [...addresses, ...addressesOf(settings, node)],
  };
}

const LOOPBACK_MTU = 65536;

/**
 * The kernel makes lo with every namespace; it has no MAC. Its own addresses it has from the start, in a form that only the
 * kernel can give them: who writes them has what he asks for.
 */
export function loopbackOf(node: Node): LabInterface {
  const settings = settingsOf(node, 'lo');
  const path = pathOfNode(node);
  return {
    netns: node.netns,
    name: 'lo',
    link: loopbackId(node.netns),
    mac: '',
    derivedMac: false,
    mtu: settings?.mtu ?? LOOPBACK_MTU,
    up: settings?.state !== 'down',
    addresses: settings === undefined ? [] : addressesOf(settings, node).filter(({ cidr }) => !isLoopbacksOwn('lo', cidr.text)),
    path: settings === undefined ? path : `${path}.interfaces.lo`,
    at: settings?.at ?? node.at,
  };
}

function settingsOf(node: Node, name: string): InterfaceSettings | undefined {
  return node.interfaces.find((settings) => settings.name === name);
}

function addressesOf(settings: InterfaceSettings, node: Node): readonly LabAddress[] {
  return settings.addresses.flatMap(({ cidr, at }, i) => {
    const parsed = parseCidr(cidr);
    return parsed === null ? [] : [{ cidr: parsed, path: `${pathOfNode(node)}.interfaces.${settings.name}.addresses[${i}]`, at }];
  });
}
