/** Links that need not change from one state to another, and are others afterwards. */
import { indexes, type Picture } from '../machine.js';

type Pair<T> = readonly [before: T, after: T];

/** `wanted`: comparable lines of both states; `found`: the machine before and after. Empty: none. */
export function madeAnew(wanted: Pair<readonly string[]>, found: Pair<Picture>): string {
  const [before, after] = [linksOf(wanted[0]), linksOf(wanted[1])];
  const [old, fresh] = [indexes(found[0]), indexes(found[1])];
  return [...before]
    .filter(([mark, ends]) => after.get(mark)?.text === ends.text)
    .flatMap(([, { places }]) => places)
    .filter((place) => old[place] !== fresh[place])
    .join('\n');
}

interface Ends {
  readonly places: readonly string[];
  /** All that is to be known of them. */
  readonly text: string;
}

/** By their mark: bridges, and both ends of a veth. What has another link below it goes along with that. */
function linksOf(lines: readonly string[]): ReadonlyMap<string, Ends> {
  const found = new Map<string, Ends>();
  for (const line of lines) {
    const [, netns, ifname] = /^(\S+) links \{.*?"ifname":"([^"]+)"/.exec(line) ?? [];
    const mark = /"ifalias":"([^"]+)"/.exec(line)?.[1];
    if (netns === undefined || mark === undefined || ifname === 'lo' || !/"info_kind":"(veth|bridge)"/.test(line)) continue;
    const { places, text } = found.get(mark) ?? { places: [], text: '' };
    found.set(mark, { places: [...places, `${netns}/${ifname}`], text: `${text}${line}\n` });
  }
  return found;
}
