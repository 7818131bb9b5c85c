import { DRIVERS } from '../../model/driver.js';
import type { Network } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Rule } from './rule.js';

type Name = Network['driver'];

const SPANNING = (Object.keys(DRIVERS) as Name[]).filter((name) => DRIVERS[name].spans);

/** Its hosts have no bridge, its gateway is nobody’s address, and its blocks are where addresses come from. */
const NOT_CALICO = (Object.keys(DRIVERS) as Name[]).filter((name) => name !== 'calico');

/** The drivers that have the key; all others have those that do not stand here. */
const OF_DRIVERS: { readonly [key: string]: readonly Name[] } = {
  underlay: SPANNING,
  vni: ['vxlan', 'weave', 'flannel'],
  port: ['vxlan', 'weave', 'flannel'],
  backend: ['flannel'],
  direct_routing: ['flannel'],
  subnet_len: ['flannel'],
  host_subnets: ['flannel'],
  external: ['bridge'],
  bridge_name: NOT_CALICO,
  gateway: NOT_CALICO,
  ip_range: NOT_CALICO,
  ipam: NOT_CALICO,
  icc: NOT_CALICO,
  antispoof: NOT_CALICO,
  block_size: ['calico'],
  bgp: ['calico'],
  policy: ['calico'],
  parent: ['macvlan'],
  mode: ['macvlan'],
  host_shim: ['macvlan'],
};

export const driverKeys: Rule = {
  name: 'driver-keys',
  codes: ['driver-key', 'conflicting-keys', 'bad-masquerade'],
  check({ topology, report, place, isWritten, isIncomplete }) {
    for (const network of topology.networks) {
      const { name, driver, masquerade } = network;
      // It may be the driver itself that is wrong.
      const isUnknown = driver === 'bridge' && isWritten(network, 'driver') && isIncomplete('networks', name);
      for (const [key, drivers] of Object.entries(OF_DRIVERS)) {
        if (isUnknown || drivers.includes(driver) || !isWritten(network, key)) continue;
        const message = `${name} is a network of the driver ${driver}, which has no key ${quote(key)}`;
        report('driver-key', place(network, key), message, { hint: `it is a key of ${drivers.join(', ')}` });
      }
      if (network.antispoof === true && !network.external && network.gateway.kind !== 'host' && network.macvlan === undefined) {
        const message = `antispoof is a rule of the host, and packets of ${name} leave by ${gatewayOf(network)}`;
        report('conflicting-keys', place(network, 'antispoof'), message, { hint: 'remove it, or let the host be the gateway' });
      }
      if (!DRIVERS[driver].spans) continue;
      if (!network.icc && network.gateway.kind === 'node') {
        const message = `without icc the nodes of other hosts would not reach ${network.gateway.node}, the gateway of ${name}`;
        report('conflicting-keys', place(network, 'icc'), message, { hint: 'remove "icc", or choose the hosts as gateway' });
      }
      if (typeof masquerade !== 'string') continue;
      const message = `${name} leaves by each of its hosts: not all of them can have the address ${masquerade}`;
      report('bad-masquerade', place(network, 'masquerade'), message, { hint: 'true: each host’s own address; false: the node’s' });
    }
  },
};

const gatewayOf = ({ gateway }: Network): string => (gateway.kind === 'node' ? `the node ${gateway.node}` : 'nobody');
