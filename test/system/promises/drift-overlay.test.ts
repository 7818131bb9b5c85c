/** What carries a network between hosts, changed by hand: seen, named and put back. */
import { afterAll, beforeAll, test } from '@jest/globals';
import { Built, type Drift } from './drift.js';

const NAME = 'vx-d3ed5b1f';
const OURS = `vxlan:host/${NAME}`;
const THEIRS = `vxlan:every.m1/${NAME}`;
const MAC = '02:00:00:00:05:20';
/** Of the node on the host, and of the one on the machine itself. */
const FDB = `fdb:host/${NAME}`;
const NEIGHBOURS = `neighbours:host/${NAME}`;
const inHost = (command: string): string => `ip netns exec every.m1 ${command}`;

const links: readonly Drift[] = [
  { name: 'vxlan mtu', by: `ip link set ${NAME} mtu 1300`, seen: [`~ ${OURS} mtu`] },
  { name: 'vxlan learning', by: `ip link set ${NAME} type vxlan learning`, seen: [`~ ${OURS} vxlan_learning`] },
  { name: 'vxlan local', by: inHost(`ip link set ${NAME} type vxlan local 10.71.1.21`), seen: [`~ ${THEIRS} local`] },
  { name: 'vxlan isolated', by: `ip link set ${NAME} type bridge_slave isolated on`, seen: [`~ ${OURS} isolated`] },
  { name: 'vxlan neigh_suppress', by: `ip link set ${NAME} type bridge_slave neigh_suppress on`, seen: [`~ ${OURS} neigh_suppress`] },
  { name: 'vxlan cost', by: `ip link set ${NAME} type bridge_slave cost 7`, seen: [`~ ${OURS} cost`] },
  { name: 'vxlan alias', by: `ip link set ${NAME} alias ''`, seen: [`~ ${OURS} alias`] },
  { name: 'another name of a vxlan', by: `ip link property add dev ${NAME} altname mine`, seen: [`~ ${OURS} altnames`] },
  { name: 'vxlan without link-local address', by: `ip addr flush dev ${NAME}`, seen: [`~ ${OURS} link_local`] },
  {
    name: 'vxlan taken from the bridge',
    by: `ip link set ${NAME} nomaster`,
    seen: [`~ ${OURS} master port_priority cost hairpin guard learning flood neigh_suppress isolated`],
  },
  {
    name: 'vxlan mac, with which the kernel forgets neighbours',
    by: `ip link set ${NAME} address 02:00:00:00:00:99`,
    seen: [`+ ${NEIGHBOURS}`, `~ ${OURS} mac`],
  },
  {
    name: 'vxlan down, with which the kernel forgets neighbours',
    by: `ip link set ${NAME} down`,
    seen: [`+ ${NEIGHBOURS}`, `~ ${OURS} up`],
  },
  {
    name: 'vxlan deleted',
    by: inHost(`ip link del ${NAME}`),
    seen: [`+ fdb:every.m1/${NAME}`, `+ neighbours:every.m1/${NAME}`, `+ ${THEIRS}`],
    anew: [`every.m1/${NAME}`],
  },
];

const entries: readonly Drift[] = [
  { name: 'fdb entry deleted', by: `bridge fdb del ${MAC} dev ${NAME}`, seen: [`+ ${FDB}`] },
  { name: 'fdb entry elsewhere', by: `bridge fdb replace ${MAC} dev ${NAME} dst 10.71.1.99 self permanent`, seen: [`~ ${FDB} ${MAC}`] },
  {
    name: 'fdb entry that nobody declared',
    by: inHost(`bridge fdb append 02:00:00:00:05:77 dev ${NAME} dst 10.71.1.77 self permanent`),
    seen: [`~ fdb:every.m1/${NAME} 02:00:00:00:05:77`],
  },
  {
    name: 'flooding that nobody declared',
    by: `bridge fdb append 00:00:00:00:00:00 dev ${NAME} dst 10.71.1.77 self permanent`,
    seen: [`~ ${FDB} 00:00:00:00:00:00`],
  },
  { name: 'neighbour deleted', by: `ip neigh del 10.71.5.20 dev ${NAME}`, seen: [`~ ${NEIGHBOURS} 10.71.5.20`] },
  {
    name: 'neighbour with another MAC',
    by: `ip neigh replace 10.71.5.20 lladdr 02:00:00:00:05:99 dev ${NAME} nud permanent`,
    seen: [`~ ${NEIGHBOURS} 10.71.5.20`],
  },
  { name: 'IPv6 neighbour deleted', by: `ip neigh del fd71:5::20 dev ${NAME}`, seen: [`~ ${NEIGHBOURS} fd71:5::20`] },
  {
    name: 'neighbour that nobody declared',
    by: `ip neigh add 10.71.5.99 lladdr 02:00:00:00:05:99 dev ${NAME} nud permanent`,
    seen: [`~ ${NEIGHBOURS} 10.71.5.99`],
  },
];

let built: Built;
beforeAll(async () => {
  built = await Built.create();
}, 60_000);
afterAll(() => built.world.dispose());

test.each([...links, ...entries])('$name', (drift) => built.check(drift), 60_000);
