/** `moved` → Move[]. */
import type { Move } from '../../model/moves.js';
import type { Mapping } from '../tree.js';
import { asMapping, itemsAt, placeAt, stringAt, type Reading } from './read.js';

const SUBJECT = /^(nodes|hosts|networks)\.(.+)$/;

export function readMoved(reading: Reading, root: Mapping): readonly Move[] {
  return itemsAt(root, 'moved').flatMap((item): readonly Move[] => {
    const map = asMapping(item);
    const [from, to] = [SUBJECT.exec(stringAt(map, 'from') ?? ''), SUBJECT.exec(stringAt(map, 'to') ?? '')];
    if (from === null || to === null) return [];
    if (from[1] !== to[1]) {
      const hint = `a ${from[1]!.replace(/s$/, '')} can become one of another name only`;
      reading.report('moved-elsewhere', placeAt(reading, map, 'to'), `${from[0]} cannot become ${to[0]}`, { hint });
      return [];
    }
    const kind = from[1] === 'hosts' ? ({ section: 'nodes', isHost: true } as const) : { section: from[1] as Move['section'] };
    const move: Move = { at: placeAt(reading, map, 'from'), ...kind, from: from[2] ?? '', to: to[2] ?? '' };
    reading.origins.set(move, map);
    return [move];
  });
}
