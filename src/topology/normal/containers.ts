/** `image` and what belongs to it, `container`. */
import { dirname, resolve } from 'node:path';
import type { Container, Node } from '../../model/topology.js';
import type { Entry, Mapping } from '../tree.js';
import { complain, itemsAt, mappingAt, placeOf, stringAt, textAt, textOf, booleanAt, type Reading, type Text } from './read.js';

/** Keys that say how a container is started: without an image there is none to start. */
const OF_AN_IMAGE = ['command', 'environment', 'volumes', 'cap_add', 'privileged'];

/** What a node that is no container has instead. */
const WITHOUT_IMAGE: { readonly [key: string]: string | undefined } = {
  command: 'add the image; in a node without one run: ["COMMAND"] keeps a command running',
  environment: 'add the image; in a node without one each command of run and exec has its env',
};

/** `own` is what the node itself says, without its group and the defaults: those are for whichever nodes are containers. */
export function readContainer(reading: Reading, node: string, map: Mapping, own: Mapping): Pick<Node, 'container' | 'attach'> {
  const attach = stringAt(map, 'container');
  const image = textAt(map, 'image');
  if (image === undefined) {
    if (!map.entries.has('image')) refuseWithoutImage(reading, node, own, attach);
    return attach === undefined ? {} : { attach };
  }
  const container: Container = {
    at: placeOf(reading, image.span),
    image: image.text,
    command: readCommand(reading, map),
    environment: readEnvironment(map),
    volumes: itemsAt(map, 'volumes').flatMap((item) => readVolume(reading, textOf(item)) ?? []),
    capAdd: [...new Set(itemsAt(map, 'cap_add').flatMap((item) => textOf(item)?.text.toUpperCase().replace(/^CAP_/, '') ?? []))].sort(),
    privileged: booleanAt(map, 'privileged') ?? false,
  };
  return { container, ...(attach === undefined ? {} : { attach }) };
}

function refuseWithoutImage(reading: Reading, node: string, own: Mapping, attach: string | undefined): void {
  const key = OF_AN_IMAGE.find((one) => own.entries.has(one));
  const entry = own.entries.get(key ?? '');
  if (key === undefined || entry === undefined) return;
  const hint =
    attach === undefined
      ? (WITHOUT_IMAGE[key] ?? 'add the image, or remove the key')
      : 'remove it: the container runs already, and is not topo’s to change';
  complain(reading, 'container-without-image', { span: entry.key }, `node ${node} has ${key}, and no image to start`, { hint });
}

function readCommand(reading: Reading, map: Mapping): readonly string[] {
  const text = textAt(map, 'command');
  if (text === undefined) return itemsAt(map, 'command').flatMap((item) => textOf(item)?.text ?? []);
  const words = wordsOf(text.text);
  if (words !== null) return words;
  complain(reading, 'bad-value', text, 'a quote of the command is not closed', { hint: 'close it, or write a list of words' });
  return [];
}

const WORD = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/y;

/** As a shell takes a line apart: blanks between words, quotes, backslashes; nothing is expanded. Null: a quote is open. */
function wordsOf(line: string): readonly string[] | null {
  const text = line.trim();
  const words: string[] = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const word = WORD.exec(text)?.[1];
    if (word === undefined) return null;
    words.push(unquoted(word));
  }
  return words;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
    (_whole, single?: string, double?: string, escaped?: string) =>
      single ?? (double === undefined ? (escaped ?? '') : double.replace(/\\(["\\$`])/g, '$1')),
  );
}

/** Sorted by name: the order means nothing. */
function readEnvironment(map: Mapping): { readonly [name: string]: string } {
  const pairs = [...mappingAt(map, 'environment').entries].map(([name, entry]): [string, string] => [name, valueOf(entry)]);
  const listed = itemsAt(map, 'environment').flatMap((item): [string, string][] => {
    const text = textOf(item)?.text;
    if (text === undefined) return [];
    const equals = text.indexOf('=');
    return [equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]];
  });
  return Object.fromEntries([...pairs, ...listed].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function valueOf({ value }: Entry): string {
  return value.kind === 'scalar' && value.value !== null ? String(value.value) : '';
}

/** A path that begins with a dot is relative to the file. */
function readVolume(reading: Reading, text: Text | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [source = '', ...rest] = text.text.split(':');
  if (!(rest[0] ?? source).startsWith('/')) {
    complain(reading, 'bad-value', text, `the target of the volume ${text.text} is not an absolute path`, {
      hint: 'for example ./html:/srv',
    });
    return undefined;
  }
  const absolute = /^\.\.?(\/|$)/.test(source) ? resolve(dirname(reading.source.file), source) : source;
  return [absolute, ...rest].join(':');
}
