/** Nodes on the wire of an interface that is not the lab's: `lan0`, which every machine of these tests has. */
import fc from 'fast-check';
import { anyOf, some, withoutGaps, type Part } from './some.js';

const MODES = ['bridge', 'private', 'vepa', 'passthru'] as const;

export interface Lan {
  readonly networks: Part;
  readonly nodes: Part;
}

const attachment = (name: string, last: number): fc.Arbitrary<Part> =>
  anyOf({
    ipv4_address: fc.constantFrom(`10.99.0.${last}`, `10.99.0.${last + 1}`),
    mac_address: fc.constantFrom(`02:00:00:00:03:${last}`, `02:00:00:00:04:${last}`),
    interface_name: fc.constantFrom('wire0', 'wire1'),
    aliases: fc.constantFrom([`${name}-alias`], ['shared']),
  });

export const anyLan: fc.Arbitrary<Lan> = fc
  .record({
    mode: some(fc.constantFrom(...MODES)),
    wire: anyOf({
      gateway: fc.constant('10.99.0.1'),
      ip_range: fc.constant('10.99.0.128/25'),
      mtu: fc.constantFrom(1400, 1500),
      internal: fc.boolean(),
      host_shim: fc.constantFrom<unknown>(true, '10.99.0.20', '10.99.0.21', false),
    }),
    ipv6: fc.boolean(),
    u: attachment('u', 30),
    v: some(attachment('v', 40)),
  })
  .map(({ mode, wire, ipv6, u, v }) => {
    const { host_shim, ...keys } = wire;
    const shim = mode === undefined || mode === 'bridge' ? { host_shim } : {};
    return {
      networks: {
        wire: withoutGaps({
          driver: 'macvlan',
          parent: 'lan0',
          subnet: ipv6 ? ['10.99.0.0/24', 'fd99::/64'] : '10.99.0.0/24',
          mode,
          ...keys,
          ...shim,
        }),
      },
      nodes: {
        u: { networks: { wire: u } },
        ...(v === undefined || mode === 'passthru' ? {} : { v: { networks: { wire: v } } }),
      },
    };
  });
