/** `moved` → Move[]. */
import type { Move } from '../../model/moves.js';
import type { Mapping } from '../tree.js';
import { asMapping, itemsAt, placeAt, stringAt, type Reading } from './read.js';

const SUBJECT = /^(nodes|networks)\.(.+)$/;

export function readMoved(reading: Reading, root: Mapping): readonly Move[] {
  return itemsAt(root, 'moved').flatMap((item): readonly Move[] => {
    const map = asMapping(item);
    const [from, to] = [SUBJECT.exec(stringAt(map, 'from') ?? ''), SUBJECT.exec(stringAt(map, 'to') ?? '')];
    if (from === null || to === null) return [];
    if (from[1] !== to[1]) {
      const hint = `a ${from[1] === 'nodes' ? 'node' : 'network'} can become one of another name only`;
      reading.report('moved-elsewhere', placeAt(reading, map, 'to'), `${from[0]} cannot become ${to[0]}`, { hint });
      return [];
    }
    const move: Move = { at: placeAt(reading, map, 'from'), section: from[1] as Move['section'], from: from[2] ?? '', to: to[2] ?? '' };
    reading.origins.set(move, map);
    return [move];
  });
}
