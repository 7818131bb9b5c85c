/** Interfaces inside nodes: what a network or a link makes, refined by the node's own settings. */
import { parseCidr } from '../model/address.js';
import { isLoopbacksOwn } from '../kinds/lo-own-addresses.js';
import { loopbackId } from '../kinds/loopback.js';
import type { ResourceId } from '../model/state.js';
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

/** `owner` is the node, or `host`: part of what a derived MAC comes from. */
export function refine(
  plain: PlainInterface,
  settings: InterfaceSettings | undefined,
  owner: string,
  derivation: Derivation,
): LabInterface {
  const { path, at, netns, name, link, addresses } = plain;
  return {
    path,
    at,
    netns,
    name,
    link,
    mac: plain.mac ?? settings?.macAddress ?? derivation.interfaceMac(owner, name),
    mtu: settings?.mtu ?? plain.mtu,
    up: plain.up && settings?.state !== 'down',
    addresses: settings === undefined ? addresses : [...addresses, ...addressesOf(settings, owner)],
  };
}

const LOOPBACK_MTU = 65536;

/**
 * The kernel makes lo with every namespace; it has no MAC. Its own addresses it has from the start, in a form that only the
 * kernel can give them: who writes them has what he asks for.
 */
export function loopbackOf(node: Node): LabInterface {
  const settings = settingsOf(node, 'lo');
  const path = `nodes.${node.name}`;
  return {
    netns: node.netns,
    name: 'lo',
    link: loopbackId(node.netns),
    mac: '',
    mtu: settings?.mtu ?? LOOPBACK_MTU,
    up: settings?.state !== 'down',
    addresses: settings === undefined ? [] : addressesOf(settings, node.name).filter(({ cidr }) => !isLoopbacksOwn('lo', cidr.text)),
    path: settings === undefined ? path : `${path}.interfaces.lo`,
    at: settings?.at ?? node.at,
  };
}

export function settingsOf(node: Node, name: string): InterfaceSettings | undefined {
  return node.interfaces.find((settings) => settings.name === name);
}

function addressesOf(settings: InterfaceSettings, owner: string): readonly LabAddress[] {
  return settings.addresses.flatMap(({ cidr, at }, i) => {
    const parsed = parseCidr(cidr);
    return parsed === null ? [] : [{ cidr: parsed, path: `nodes.${owner}.interfaces.${settings.name}.addresses[${i}]`, at }];
  });
}
