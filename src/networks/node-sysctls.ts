/** Settings of a node's namespace. */
import { IPV4_FORWARDING, IPV6_FORWARDING, sysctlResource } from '../kinds/sysctl.js';
import { IPV6_MIN_MTU } from '../model/address.js';
import type { Resource } from '../model/state.js';
import type { LabInterface, LabNode } from './lab.js';
import { canonicalKey, interfaceKey, interfaceOfKey } from '../model/sysctl-key.js';

/** The two keys are one setting of the kernel. */
const ALIAS_OF_FORWARDING = 'net.ipv4.conf.all.forwarding';

interface Setting {
  readonly key: string;
  readonly value: string;
  readonly path: string;
  readonly at: LabNode['at'];
}

export function nodeSysctls(node: LabNode): readonly Resource[] {
  const always = forwardingSettings(node);
  const isContainer = node.node.container !== undefined || node.node.attach !== undefined;
  // Most nodes ask for nothing else, and there are thousands of them.
  if (node.node.sysctls.length === 0 && node.node.ipv6 && !isContainer) return always.map((setting) => resourceOf(node, setting, false));
  const written = new Map(writtenSettings(node).map((setting) => [setting.key, setting]));
  // Of somebody else's container: put back as it was.
  const isShared = node.node.attach !== undefined;
  const ipv6 = [...(isContainer ? containersIpv6(node) : []), ...ipv6Settings(node)].filter(({ key }) => !written.has(key));
  const others = [...ipv6, ...written.values()].filter(({ key }) => always.every((setting) => setting.key !== key));
  return [
    ...always.map((setting) => resourceOf(node, written.get(setting.key) ?? setting, isShared)),
    ...others.map((setting) => resourceOf(node, setting, true)),
  ];
}

function resourceOf({ netns, interfaces }: LabNode, setting: Setting, remember: boolean): Resource {
  const { key, value, path, at } = setting;
  const on = interfaces.get(interfaceOfKey(key) ?? '');
  const plain = { netns, key, value, remember, path, at };
  return sysctlResource(on === undefined ? plain : { ...plain, link: on.link });
}

function writtenSettings({ node, path }: LabNode): readonly Setting[] {
  return node.sysctls.map(({ key: written, value, at }) => {
    const key = canonicalKey(written);
    // The kernel puts tabs between numbers; white space is folded on both sides.
    const folded = value.trim().replace(/\s+/g, ' ');
    return { key: key === ALIAS_OF_FORWARDING ? IPV4_FORWARDING : key, value: folded, path: `${path}.sysctls.${written}`, at };
  });
}

/** Set both ways: a new namespace takes IPv4's over from the host. Somebody else's container may have its own reasons to route. */
function forwardingSettings({ node, path, at }: LabNode): readonly Setting[] {
  if (node.attach !== undefined && !node.forwarding) return [];
  const value = node.forwarding ? '1' : '0';
  return [IPV4_FORWARDING, IPV6_FORWARDING].map((key) => ({ key, value, path: node.forwarding ? `${path}.forwarding` : path, at }));
}

/** Docker switches IPv6 off in a container without a network: addresses of it could not be added. */
function containersIpv6({ node, interfaces, path, at }: LabNode): readonly Setting[] {
  const wanted = node.ipv6 && (node.attach === undefined || [...interfaces.values()].some(hasIpv6));
  return wanted ? [{ key: interfaceKey('ipv6', 'all', 'disable_ipv6'), value: '0', path, at }] : [];
}

/** `ipv6: false`, Docker's way: none on interfaces that have no IPv6 address. */
function ipv6Settings({ node, interfaces, path, at }: LabNode): readonly Setting[] {
  if (node.ipv6) return [];
  return [...interfaces.values()]
    .filter((one) => one.name !== 'lo' && one.mtu >= IPV6_MIN_MTU && !hasIpv6(one))
    .map(({ name }) => ({ key: interfaceKey('ipv6', name, 'disable_ipv6'), value: '1', path: `${path}.ipv6`, at }));
}

function hasIpv6({ addresses }: LabInterface): boolean {
  return addresses.some(({ cidr }) => cidr.family === 6);
}
