/** Settings of a node's namespace. */
import type { Forwarding } from '../kinds/netns.js';
import { sysctlResource } from '../kinds/sysctl.js';
import { IPV6_MIN_MTU } from '../model/address.js';
import type { Resource } from '../model/state.js';
import type { LabInterface, LabNode } from './lab.js';
import { canonicalKey, interfaceKey, interfaceOfKey, IPV4_FORWARDING, IPV6_FORWARDING } from '../model/sysctl-key.js';

/** The two keys are one setting of the kernel. */
const ALIAS_OF_FORWARDING = 'net.ipv4.conf.all.forwarding';

interface Setting {
  readonly key: string;
  readonly value: string;
  readonly path: string;
  readonly at: LabNode['at'];
}

export function nodeSysctls(node: LabNode): readonly Resource[] {
  // Most nodes ask for nothing, and there are thousands of them.
  const isContainer = node.node.container !== undefined || node.node.attach !== undefined;
  if (node.node.sysctls.length === 0 && node.node.ipv6 && !isContainer) return [];
  const written = new Map(writtenSettings(node).map((setting) => [setting.key, setting]));
  if (!isContainer) for (const [key] of FORWARDING) written.delete(key);
  const others = [...(isContainer ? ofContainers(node) : []), ...ipv6Settings(node)].filter(({ key }) => !written.has(key));
  return [...others, ...written.values()].map((setting) => resourceOf(node, setting));
}

/** What `forwarding` says, or the networks of a simulated host need, unless a setting says it by its own name. */
export function forwardingOf(node: LabNode): Forwarding {
  const { forwarding, sysctls } = node.node;
  if (sysctls.length === 0 && node.forwards.size === 0) return forwarding ? ON : OFF;
  const written = new Map(writtenSettings(node).map((setting) => [setting.key, setting.value]));
  return { ipv4: written.get(IPV4_FORWARDING) ?? forwardingBy(node, 4), ipv6: written.get(IPV6_FORWARDING) ?? forwardingBy(node, 6) };
}

const forwardingBy = ({ node, forwards }: LabNode, family: 4 | 6): string => (node.forwarding || forwards.has(family) ? '1' : '0');

const ON: Forwarding = { ipv4: '1', ipv6: '1' };
const OFF: Forwarding = { ipv4: '0', ipv6: '0' };

function resourceOf({ netns, interfaces }: LabNode, setting: Setting): Resource {
  const { key, value, path, at } = setting;
  const on = interfaces.get(interfaceOfKey(key) ?? '');
  const plain = { netns, key, value, remember: true, path, at };
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

const FORWARDING = [
  [IPV4_FORWARDING, 4],
  [IPV6_FORWARDING, 6],
] as const;

/**
 * What a namespace that topo makes has by itself. Docker switches IPv6 off in a container without a network; somebody else's
 * container may have its own reasons to forward.
 */
function ofContainers(container: LabNode): readonly Setting[] {
  const { node, interfaces, forwards: families, path, at } = container;
  const own = node.attach === undefined;
  const forwards = own || node.forwarding || families.size > 0;
  const needsIpv6 = node.ipv6 && (own || [...interfaces.values()].some(hasIpv6));
  return [
    ...(forwards
      ? FORWARDING.map(([key, family]) => ({
          key,
          value: forwardingBy(container, family),
          path: node.forwarding ? `${path}.forwarding` : path,
          at,
        }))
      : []),
    ...(needsIpv6 ? [{ key: interfaceKey('ipv6', 'all', 'disable_ipv6'), value: '0', path, at }] : []),
  ];
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
