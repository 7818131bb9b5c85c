/** Keys of a network with `driver: macvlan` → Macvlan. */
import type { Macvlan } from '../../model/topology.js';
import type { Mapping } from '../tree.js';
import { booleanAt, numberAt, placeAt, stringAt, textAt, withoutUndefined, type Reading } from './read.js';
import { readAddress } from './values.js';

const MODES = ['bridge', 'private', 'vepa', 'passthru'] as const;

export function readMacvlan(reading: Reading, map: Mapping): Macvlan {
  const mode = stringAt(map, 'mode');
  const shim = textAt(map, 'host_shim');
  return withoutUndefined({
    parent: stringAt(map, 'parent') ?? '',
    at: placeAt(reading, map, 'parent'),
    mode: MODES.find((each) => each === mode) ?? 'bridge',
    hostShim: shim === undefined ? (booleanAt(map, 'host_shim') ?? false) : (readAddress(reading, shim) ?? true),
    mtu: numberAt(map, 'mtu'),
  });
}
