/** Values that were automatic → edits of the text of a file that write them into it; all else of the text stays as it is. */
import { isAlias, isMap, isSeq, type Document, type Pair, type YAMLMap } from 'yaml';
import type { SourceRange } from '../model/diagnostic.js';
import { entriesInto, listAsMapping, pairOf, valueOf, writer, type Edit, type Writer } from './pin-edits.js';

/** What one attachment, or one network, is to have. */
export interface Pin {
  /** Where the file asks for it. */
  readonly at: SourceRange;
  readonly section: 'networks' | 'nodes' | 'hosts';
  /** Of the network, or of the node. */
  readonly name: string;
  /** Of an attachment. */
  readonly network?: string;
  /** Keys and values: `subnet`, or `ipv4_address` and `ipv6_address`. */
  readonly keys: readonly (readonly [key: string, value: string])[];
}

export interface Pinned {
  readonly text: string;
  readonly written: readonly Pin[];
  /** They stand in this file, in a way that one of them cannot be changed alone: by an alias, or a merge key. */
  readonly left: readonly Pin[];
}

export function pinnedText(document: Document.Parsed, text: string, pins: readonly Pin[]): Pinned {
  const write = writer(text);
  const edits: Edit[] = [];
  const [written, left]: [Pin[], Pin[]] = [[], []];
  for (const members of bySubject(pins).values()) {
    const [{ section, name }] = members as [Pin];
    const pair = pairOf(sectionOf(document, section), name);
    if (pair === undefined) continue;
    for (const [pin, made] of section === 'networks' ? ofNetwork(members, pair, write) : ofNode(members, pair, write)) {
      (made === null ? left : written).push(pin);
      for (const edit of made ?? []) edits.push(edit);
    }
  }
  return { text: applied(text, edits), written, left };
}

/** Edits for each; null where it cannot be done. */
type Made = readonly (readonly [Pin, readonly Edit[] | null])[];

function bySubject(pins: readonly Pin[]): ReadonlyMap<string, readonly Pin[]> {
  const all = new Map<string, Pin[]>();
  for (const pin of pins) {
    const subject = `${pin.section}.${pin.name}`;
    all.set(subject, [...(all.get(subject) ?? []), pin]);
  }
  return all;
}

function sectionOf(document: Document.Parsed, section: Pin['section']): YAMLMap | null {
  const root = document.contents;
  const value = isMap(root) ? pairOf(root, section)?.value : undefined;
  return isMap(value) ? value : null;
}

function ofNetwork(pins: readonly Pin[], pair: Pair, write: Writer): Made {
  return pins.map((pin) => [pin, into(pair, pin.keys, write)] as const);
}

/** `KEY: VALUE` each, into the mapping that the pair has, or is to have. */
function into(pair: Pair, keys: Pin['keys'], write: Writer): readonly Edit[] | null {
  const { value } = pair;
  if (isShared(value)) return null;
  const entries = keys.map(([key, text]) => `${write.text(key)}: ${write.text(text)}`);
  if (!isMap(value)) return isSeq(value) ? null : [valueOf(pair, `{ ${entries.join(', ')} }`, write)];
  return entriesInto(value, entries, write);
}

const isShared = (value: unknown): boolean =>
  isAlias(value) || (typeof value === 'object' && value !== null && 'anchor' in value && value.anchor !== undefined);

/** All of a node at once: what it has not itself, but by `defaults` or its group, is put to its own networks in one go. */
function ofNode(pins: readonly Pin[], pair: Pair, write: Writer): Made {
  const none = (): Made => pins.map((pin) => [pin, null]);
  const together = (edits: readonly Edit[]): Made => pins.map((pin, i) => [pin, i === 0 ? edits : []]);
  const { value } = pair;
  if (isShared(value) || isSeq(value)) return none();
  const entries = pins.map((pin) => entryOf(pin, write));
  const networks = isMap(value) ? pairOf(value, 'networks') : undefined;
  if (!isMap(value)) return together([valueOf(pair, `{ ${write.text('networks')}: { ${entries.join(', ')} } }`, write)]);
  if (networks === undefined)
    return isMerged(value) ? none() : together(entriesInto(value, [`${write.text('networks')}: { ${entries.join(', ')} }`], write));
  const own = networks.value;
  if (isShared(own)) return none();
  if (isSeq(own)) {
    const made = listAsMapping(networks, own, new Map(pins.map((pin) => [pin.network ?? '', shortOf(pin, write)])), entries, write);
    return made === null ? none() : together(made);
  }
  if (!isMap(own)) return together([valueOf(networks, `{ ${entries.join(', ')} }`, write)]);
  const absent = pins.filter((pin) => pairOf(own, pin.network ?? '') === undefined);
  const [first] = absent;
  return pins.map((pin): Made[number] => {
    const attachment = pairOf(own, pin.network ?? '');
    if (attachment !== undefined) return [pin, ofAttachment(attachment, pin, write)];
    if (isMerged(own)) return [pin, null];
    return [
      pin,
      pin === first
        ? entriesInto(
            own,
            absent.map((one) => entryOf(one, write)),
            write,
          )
        : [],
    ];
  });
}

const isMerged = (map: YAMLMap): boolean => pairOf(map, '<<') !== undefined;

function ofAttachment(pair: Pair, pin: Pin, write: Writer): readonly Edit[] | null {
  const { value } = pair;
  if (isShared(value)) return null;
  if (isMap(value) && value.items.length > 0) return into(pair, pin.keys, write);
  const address = write.addressIn(value);
  if (address === null) return [valueOf(pair, shortOf(pin, write), write)];
  // An address alone is of the other family.
  const other = pin.keys[0]?.[0] === 'ipv6_address' ? 'ipv4_address' : 'ipv6_address';
  const [key, text] = pin.keys[0]!;
  return [valueOf(pair, `{ ${write.text(other)}: ${address}, ${write.text(key)}: ${write.text(text)} }`, write)];
}

const entryOf = (pin: Pin, write: Writer): string => `${write.text(pin.network ?? '')}: ${shortOf(pin, write)}`;

/** An address alone is short for a mapping that has no more. */
function shortOf({ keys }: Pin, write: Writer): string {
  const [only, ...more] = keys;
  if (only !== undefined && more.length === 0) return write.text(only[1]);
  return `{ ${keys.map(([key, value]) => `${write.text(key)}: ${write.text(value)}`).join(', ')} }`;
}

/** From the end on; where one is put in before another that replaces something, that one first. */
function applied(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((done, { start, end, by }) => done.slice(0, start) + by + done.slice(end), text);
}

/** For messages: `nodes.web.networks.front`. */
export const pathOfPin = ({ section, name, network }: Pin): string =>
  `${section}.${name}${network === undefined ? '' : `.networks.${network}`}`;
