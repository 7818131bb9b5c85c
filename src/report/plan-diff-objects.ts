/** One object of a plan as YAML, before and after. */
import { MARK_FIELDS } from '../model/names.js';
import type { PropValue, Props, Resource } from '../model/state.js';
import { reasonText, shownFields, type Context } from './block-text.js';
import { resourceOf, type Block } from './blocks.js';
import { placeText } from './place.js';
import { chainOf, MOST_DIFFERENCES, type Rule } from './rules-text.js';
import { sameValue } from './value-text.js';
import { printable } from './width.js';

export interface Line {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
  /** Of the object that it belongs to. */
  readonly title: string;
}

type DiffContext = Pick<Context, 'words' | 'verbose' | 'resources'>;

/** Those that a file has already: a mapping has a key once. */
interface Titles {
  readonly before: Set<string>;
  readonly after: Set<string>;
}

export async function blockDiff(block: Block, context: DiffContext, titles: Titles): Promise<readonly Line[]> {
  const { before, after } = sidesOf(block, context);
  const title = context.words.title(resourceOf(block));
  const lineOf = (sign: Line['sign'], text: string): Line => ({ sign, text, title });
  const old = before === null ? [] : await yamlLines(before, titles.before);
  const now = after === null ? [] : await yamlLines(after, titles.after);
  if (before === null || after === null) return [...old.map((text) => lineOf('-', text)), ...now.map((text) => lineOf('+', text))];
  const { diffArrays } = await import('diff');
  const parts = diffArrays([...old], [...now], { maxEditLength: MOST_DIFFERENCES }) ?? [
    { value: old, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  return parts.flatMap(({ value, added, removed }) => value.map((text) => lineOf(added ? '+' : removed ? '-' : ' ', text)));
}

interface Side {
  readonly id: string;
  readonly title: string;
  readonly place: string;
  readonly comments: readonly string[];
  readonly props: Props;
}

function sidesOf(block: Block, context: DiffContext): { readonly before: Side | null; readonly after: Side | null } {
  const { words } = context;
  const shown = resourceOf(block);
  const named = new Map(namedFields(block, context).map((change) => [change.field, change]));
  const hidden = context.verbose ? () => false : isDull(words.defaults(shown));
  const fields = [...new Set([...Object.keys(block.after?.props ?? {}), ...Object.keys(block.before?.props ?? {}), ...named.keys()])];
  const place = placeText(shown);
  const side = (resource: Resource | undefined, key: 'from' | 'to', comments: readonly string[]): Side | null => {
    if (resource === undefined) return null;
    const valueOf = (of: Resource | undefined, which: 'from' | 'to', field: string): PropValue =>
      named.get(field)?.[which] ?? (named.has(field) ? null : (of?.props[field] ?? null));
    const props = fields.flatMap((field): [string, PropValue][] => {
      const value = valueOf(resource, key, field);
      if (value === null || (!named.has(field) && hidden(field, value))) return [];
      const other = key === 'from' ? valueOf(block.after, 'to', field) : valueOf(block.before, 'from', field);
      return [[field, plainOf(value, other)]];
    });
    return { id: resource.id, title: words.title(resource), place, comments, props: Object.fromEntries(props) };
  };
  return { before: side(block.before, 'from', []), after: side(block.after, 'to', whys(block, context)) };
}

/** As the text of the plan names them. */
function namedFields(block: Block, { words, verbose }: DiffContext): Block['fields'] {
  return verbose ? block.fields : shownFields(block, words.defaults(resourceOf(block)));
}

/** Above what will be: the two sides do not say it. */
function whys(block: Block, context: DiffContext): readonly string[] {
  const forcing = block.fields.filter(({ forcesReplacement }) => forcesReplacement).map(({ field }) => field);
  const isReplaced = block.action === 'replace' && block.because === undefined;
  const replaced = isReplaced ? [forcing.length === 0 ? 'is replaced' : `is replaced: ${forcing.join(', ')} cannot change in place`] : [];
  const reason = reasonText(block, context);
  return [...replaced, ...(reason === '' ? [] : [reason])];
}

const isDull =
  (defaults: Props) =>
  (field: string, value: PropValue): boolean =>
    value === '' || MARK_FIELDS.has(field) || sameValue(value, defaults[field]);

/** Chains as lists of rules, texts as texts. */
function plainOf(value: PropValue, other: PropValue): PropValue {
  const chain = chainOf(value);
  if (chain === null) return value;
  if (chain.noun === 'line') return chain.rules.map(({ text }) => `${text}\n`).join('');
  const others = chainOf(other)?.rules ?? [];
  const [texts, codes] = [new Set(others.map(({ text }) => text)), new Set(others.map(({ code }) => code))];
  // Two rules that read the same and are not.
  const ruleOf = ({ text, code }: Rule): PropValue => (texts.has(text) && !codes.has(code) ? { rule: text, code } : text);
  return { ...(chain.hook === '' ? {} : { hook: chain.hook }), rules: chain.rules.map(ruleOf) };
}

/** The place of the file behind the title, and the rest above it. */
async function yamlLines({ id, title, place, comments, props }: Side, titles: Set<string>): Promise<readonly string[]> {
  const { stringify } = await import('yaml');
  const name = titles.has(title) ? `${title} (${id})` : title;
  titles.add(name);
  const value = Object.keys(props).length === 0 ? null : props;
  const text = stringify({ [name]: value }, { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: 'literal', nullStr: '' });
  const [head = '', ...lines] = text.trimEnd().split('\n').map(printable);
  return [...comments.map((comment) => `# ${comment}`), place === '' ? head : `${head} # ${place}`, ...lines];
}
