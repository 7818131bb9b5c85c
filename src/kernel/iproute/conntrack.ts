import type { Operation, OutwardFlows, UdpFlows } from '../../model/operation.js';
import { within, type Command } from './command.js';

/** `conntrack` knows no ranges of ports, and fails where there is nothing to delete. */
export function conntrackDelete({ netns, flows }: Extract<Operation, { op: 'conntrack-delete' }>): readonly Command[] {
  return flows.flatMap((one): readonly Command[] =>
    'source' in one
      ? [{ argv: within(netns, 'conntrack', ...outward(one)), silent: true }]
      : Array.from({ length: one.to - one.from + 1 }, (_, i) => ({
          argv: within(netns, 'conntrack', ...words(one, one.from + i)),
          silent: true,
        })),
  );
}

/** Those to neighbours and to the host as well: they begin anew. */
const outward = ({ family, source }: OutwardFlows): readonly string[] => ['-D', '-f', `ipv${family}`, '-p', 'udp', '--orig-src', source];

function words({ family, address, target }: UdpFlows, port: number): readonly string[] {
  return [
    ...['-D', '-f', `ipv${family}`, '-p', 'udp', '--orig-port-dst', String(port)],
    ...(address === '' ? [] : ['--orig-dst', address]),
    ...(target === '' || target === null ? [] : ['--reply-src', target]),
  ];
}
