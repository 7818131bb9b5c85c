import { parseAddress } from '../../model/address.js';
import type { PublishedPort } from '../../model/topology.js';
import type { Rule } from './rule.js';

/** One socket of the host would lead to two nodes. */
export const hostPortTwice: Rule = {
  name: 'host-port-twice',
  codes: ['port-twice'],
  check({ topology, report }) {
    const all = topology.nodes
      .flatMap((node) => node.ports.map((port) => ({ node: node.name, host: node.host?.name, port })))
      .map((one, place) => ({ ...one, place }));
    const sorted = [...all].sort((a, b) => a.port.hostPort - b.port.hostPort);
    let open: (typeof all)[number][] = [];
    for (const one of sorted) {
      open = open.filter(({ port }) => lastPort(port) >= one.port.hostPort);
      const other = open.find(
        ({ host, port }) => host === one.host && port.protocol === one.port.protocol && addressesMeet(port, one.port),
      );
      if (other === undefined || lastPort(one.port) > lastPort(other.port) || one.port.hostAddress !== other.port.hostAddress)
        open.push(one);
      if (other === undefined) continue;
      const [earlier, later] = other.place < one.place ? [other, one] : [one, other];
      const related = [{ message: `published for ${earlier.node} here`, at: earlier.port.at }];
      const message = `port ${one.port.hostPort}/${one.port.protocol} of the host${one.host === undefined ? '' : ` ${one.host}`} is published twice`;
      report('port-twice', later.port.at, message, { hint: 'choose another port of the host, or another address', related });
    }
  },
};

function lastPort(port: PublishedPort): number {
  return port.hostPort + port.count - 1;
}

/** No address is all addresses; 0.0.0.0 is all of IPv4, :: all of IPv6. */
function addressesMeet(a: PublishedPort, b: PublishedPort): boolean {
  if (a.hostAddress === undefined || b.hostAddress === undefined) return true;
  const [one, other] = [parseAddress(a.hostAddress), parseAddress(b.hostAddress)];
  if (one?.family !== other?.family || one === null || other === null) return false;
  const isAny = ({ bytes }: { readonly bytes: readonly number[] }) => bytes.every((byte) => byte === 0);
  return one.text === other.text || isAny(one) || isAny(other);
}
