/** The files of a lab → their texts with all that was automatic written down. */
import { parseYaml } from './parse.js';
import { pinnedText, type Pin } from './pin.js';
import { reporter } from './report.js';
import { sourceOf } from './source.js';

export interface Text {
  readonly was: string;
  readonly is: string;
}

/** By the name of the file, as the user would name it. */
export type Texts = ReadonlyMap<string, Text>;

interface AllPinned {
  readonly texts: Texts;
  readonly written: readonly Pin[];
  /** What no file has in a place of its own. */
  readonly left: readonly Pin[];
}

/** Subnets first: an address is written only where the network's subnet is. */
export function pinAll(texts: Texts, pins: readonly Pin[]): AllPinned {
  const subnets = pinIn(
    texts,
    pins.filter(({ section }) => section === 'networks'),
  );
  const open = new Set(subnets.left.map(({ name }) => name));
  const [others, without] = [false, true].map((is) =>
    pins.filter(({ section, network = '' }) => section !== 'networks' && open.has(network) === is),
  );
  const addresses = pinIn(subnets.texts, others ?? []);
  return {
    texts: addresses.texts,
    written: [...subnets.written, ...addresses.written],
    left: [...subnets.left, ...(without ?? []), ...addresses.left],
  };
}

function pinIn(texts: Texts, pins: readonly Pin[]): AllPinned {
  const written = new Set<Pin>();
  const done = new Map(
    [...texts].map(([name, { was, is }]) => {
      const document = parseYaml(sourceOf(name, is), reporter([]));
      const pinned = document === null ? null : pinnedText(document, is, pins);
      for (const pin of pinned?.written ?? []) written.add(pin);
      return [name, { was, is: pinned?.text ?? is }];
    }),
  );
  return { texts: done, written: [...written], left: pins.filter((pin) => !written.has(pin)) };
}
