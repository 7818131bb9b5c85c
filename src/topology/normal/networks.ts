/** `networks` → Network[]. */
import { contains, type Cidr } from '../../model/address.js';
import type { Network, NetworkGateway, Subnet } from '../../model/topology.js';
import type { Entry, Mapping } from '../tree.js';
import {
  asMapping,
  booleanAt,
  complain,
  itemsAt,
  mappingAt,
  numberAt,
  placeOf,
  stringAt,
  textAt,
  textsAt,
  trueAt,
  withoutUndefined,
  type Reading,
  type Text,
} from './read.js';
import { readFlannel, withFlannelSubnet } from './flannel.js';
import { CALICO_ROUTER, readCalico } from './calico.js';
import { readMacvlan } from './macvlan.js';
import { DEFAULT_MTU, readDriver, readUnderlay } from './underlay.js';
import { readAddress, readSubnet } from './values.js';

export function readNetwork(reading: Reading, name: string, entry: Entry): Network {
  const map = asMapping(entry.value);
  const external = booleanAt(map, 'external') ?? false;
  const driver = readDriver(map);
  const isCalico = stringAt(map, 'driver') === 'calico';
  const macvlan = stringAt(map, 'driver') === 'macvlan' ? readMacvlan(reading, map) : undefined;
  const { subnets, gateways } = readSubnets(reading, map);
  const network: Network = withoutUndefined({
    name,
    at: placeOf(reading, entry.key),
    driver,
    macvlan,
    subnets: withFlannelSubnet(driver, subnets, map.entries.has('subnet') || map.entries.has('ipam'), placeOf(reading, entry.key)),
    gateway: isCalico ? CALICO_ROUTER : readGateway(reading, map, gateways, external || macvlan !== undefined),
    internal: booleanAt(map, 'internal') ?? false,
    masquerade: readMasquerade(reading, map),
    isolated: booleanAt(map, 'isolated') ?? true,
    icc: booleanAt(map, 'icc') ?? true,
    antispoof: booleanAt(map, 'antispoof') === true ? true : undefined,
    mtu: numberAt(map, 'mtu') ?? DEFAULT_MTU,
    bridgeName: stringAt(map, 'bridge_name'),
    external,
    dns: readDns(map),
    calico: isCalico ? readCalico(reading, map) : undefined,
    underlay: readUnderlay(reading, map),
    vni: numberAt(map, 'vni'),
    port: numberAt(map, 'port'),
    flannel: readFlannel(reading, map, driver),
    protect: trueAt(reading, map, 'protect'),
  });
  reading.origins.set(network, map);
  return network;
}

function readDns(map: Mapping): Network['dns'] {
  const dns = stringAt(map, 'dns');
  return dns === 'server' || dns === 'none' ? dns : 'hosts';
}

interface Parts {
  readonly subnets: readonly Subnet[];
  /** From `ipam`. */
  readonly gateways: readonly Text[];
}

function readSubnets(reading: Reading, map: Mapping): Parts {
  const ipam = itemsAt(mappingAt(map, 'ipam'), 'config').map(asMapping);
  const ranges = [...textsAt(map, 'ip_range'), ...ipam.flatMap((item) => textAt(item, 'ip_range') ?? [])];
  refuseBoth(reading, map);
  const texts = [...textsAt(map, 'subnet'), ...ipam.flatMap((item) => textAt(item, 'subnet') ?? [])];
  const cidrs = oneOfEachFamily(reading, texts);
  const parsedRanges = ranges.flatMap((text) => withText(text, readSubnet(reading, text)));
  for (const range of parsedRanges) checkRange(reading, range, cidrs, texts.length > 0);
  const subnets = cidrs.map(({ cidr, text }) => {
    const ipRange = parsedRanges.find((range) => range.cidr.family === cidr.family)?.cidr.text;
    return withoutUndefined({ cidr: cidr.text, at: placeOf(reading, text.span), ipRange });
  });
  return { subnets, gateways: ipam.flatMap((item) => textAt(item, 'gateway') ?? []) };
}

interface Parsed {
  readonly text: Text;
  readonly cidr: Cidr;
}

function withText(text: Text, cidr: Cidr | undefined): readonly Parsed[] {
  return cidr === undefined ? [] : [{ text, cidr }];
}

function refuseBoth(reading: Reading, map: Mapping): void {
  const ipam = map.entries.get('ipam');
  const other = ['subnet', 'ip_range'].find((key) => map.entries.has(key));
  if (other === undefined || ipam === undefined) return;
  complain(reading, 'conflicting-keys', { span: ipam.key }, `"ipam" and "${other}" say the same thing`, { hint: 'remove one of them' });
}

function oneOfEachFamily(reading: Reading, texts: readonly Text[]): readonly Parsed[] {
  const kept: Parsed[] = [];
  for (const { text, cidr } of texts.flatMap((each) => withText(each, readSubnet(reading, each)))) {
    const first = kept.find((other) => other.cidr.family === cidr.family);
    if (first === undefined) {
      kept.push({ text, cidr });
      continue;
    }
    const related = [{ message: 'the first is here', at: placeOf(reading, first.text.span) }];
    const hint = 'define a second network';
    complain(reading, 'subnet-family-twice', text, `a network can have one IPv${cidr.family} subnet`, { hint, related });
  }
  return kept;
}

function checkRange(reading: Reading, { text, cidr }: Parsed, subnets: readonly Parsed[], written: boolean): void {
  if (!written) {
    const message = `ip_range ${cidr.text} needs a written subnet`;
    complain(reading, 'subnet-missing', text, message, { hint: 'the automatic subnet is nobody’s to divide: add "subnet"' });
    return;
  }
  const subnet = subnets.find((each) => each.cidr.family === cidr.family);
  if (subnet !== undefined && contains(subnet.cidr, cidr)) return;
  const where = subnet === undefined ? `any IPv${cidr.family} subnet of the network` : subnet.cidr.text;
  complain(reading, 'ip-range-outside-subnet', text, `ip_range ${cidr.text} is not within ${where}`);
}

function readGateway(reading: Reading, map: Mapping, ofIpam: readonly Text[], isOthers: boolean): NetworkGateway {
  const key = map.entries.get('gateway');
  if (key !== undefined && ofIpam[0] !== undefined) {
    complain(reading, 'conflicting-keys', { span: key.key }, '"gateway" is also in "ipam"', { hint: 'remove one of them' });
  }
  const single = textAt(map, 'gateway');
  if (single?.text === 'none') return { kind: 'none' };
  if (single !== undefined && NODE_NAME.test(single.text)) return { kind: 'node', node: single.text, at: placeOf(reading, single.span) };
  const texts = [...textsAt(map, 'gateway'), ...ofIpam];
  const first = texts[0];
  // Who the router of somebody else's bridge or LAN is cannot be known.
  if (first === undefined) return isOthers ? { kind: 'none' } : { kind: 'host' };
  return { kind: 'host', ...hostAddresses(reading, texts), at: placeOf(reading, first.span) };
}

/** No dot and no colon: neither an address nor a mistyped one. */
const NODE_NAME = /^[^.:/]+$/;

function hostAddresses(reading: Reading, texts: readonly Text[]): { readonly ipv4?: string; readonly ipv6?: string } {
  const found: { ipv4?: string; ipv6?: string } = {};
  for (const text of texts) {
    const address = readAddress(reading, text);
    if (address === undefined) continue;
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    if (found[family] === undefined) found[family] = address;
    else complain(reading, 'conflicting-keys', text, 'a network has one gateway for each family', { hint: 'remove one of them' });
  }
  return found;
}

function readMasquerade(reading: Reading, map: Mapping): boolean | string {
  const text = textAt(map, 'masquerade');
  if (text === undefined) return booleanAt(map, 'masquerade') ?? true;
  return readAddress(reading, text) ?? true;
}
