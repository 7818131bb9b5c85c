/** The lines below an object's header: what it will be, or what changes. */
import { MARK_FIELDS } from '../model/names.js';
import type { FieldChange } from '../model/plan.js';
import type { Props, Resource } from '../model/state.js';
import { arrow, chainDiff, chainLines, chainOf, chainsSummary, isChain } from './rules-text.js';
import type { Paint } from './style.js';
import { sameValue, valueText } from './value-text.js';

/** `mtu 1400`, `mac 02:…`: what a reader cannot know from the title and the defaults. */
export function createdParts(resource: Resource, title: string, defaults: Props): string[] {
  const said = new Set(title.split(/[\s()]+/).flatMap((word) => [word, ...parts(word)]));
  const plain = Object.entries(resource.props).filter(
    ([field, value]) =>
      value !== null &&
      value !== '' &&
      !MARK_FIELDS.has(field) &&
      !isChain(value) &&
      !sameValue(value, defaults[field]) &&
      !(typeof value === 'string' && said.has(value)),
  );
  const chains = chainsOf(resource)
    .filter(([field]) => field.startsWith('chain '))
    .map(([, chain]) => chain);
  return [
    ...plain.map(([field, value]) => (value === true ? field : value === false ? `no ${field}` : `${field} ${valueText(value)}`)),
    ...(chains.length === 0 ? [] : [chainsSummary(chains)]),
  ];
}

/** More entries of a table that comes or goes are counted; which ones they are is what `verbose` is for. */
const MANY = 16;

export const isMany = (entries: readonly unknown[]): boolean => entries.length > MANY;

/** `host:vt0` names both a namespace and an interface; an address has more colons. */
function parts(word: string): readonly string[] {
  const halves = word.split(':');
  return halves.length === 2 ? halves : [];
}

/** Every property on a line of its own, and every rule. */
export function allLines(resource: Resource): string[] {
  const plain = Object.entries(resource.props).filter(([, value]) => value !== null && !isChain(value));
  return [
    ...plain.map(([field, value]) => `${field}: ${valueText(value)}`),
    ...chainsOf(resource).flatMap(([field, chain]) => chainLines(field, chain)),
  ];
}

function chainsOf(resource: Resource): [string, NonNullable<ReturnType<typeof chainOf>>][] {
  return Object.entries(resource.props).flatMap(([field, value]): ReturnType<typeof chainsOf> => {
    const chain = chainOf(value);
    return chain === null ? [] : [[field, chain]];
  });
}

/**
 * What a reader wants to know of the fields that differ: not the marks, and not that something begins to apply (or
 * ceases to) and is as it always is. If nothing else differs, all of them.
 */
export function tellingFields<F extends Pick<FieldChange, 'field' | 'from' | 'to'>>(fields: readonly F[], defaults: Props): readonly F[] {
  const telling = fields.filter(({ field, from, to }) => {
    const appears = from === null || to === null;
    return !MARK_FIELDS.has(field) && !(appears && sameValue(from ?? to, defaults[field]));
  });
  return telling.length === 0 ? fields : telling;
}

/** `mtu: 1500 -> 1400`, with a mark at what forces a replacement; chains as the rules that come and go. */
export async function changedLines(fields: readonly FieldChange[], paint: Paint, verbose: boolean): Promise<string[]> {
  const lines: string[] = [];
  for (const { field, from, to, forcesReplacement } of fields) {
    const guilt = forcesReplacement ? paint('red', '  # forces replacement') : '';
    if (isChain(from) || isChain(to)) lines.push(...(await chainDiff(field, from, to, paint, verbose)));
    else lines.push(`${field}: ${arrow(from, to)}${guilt}`);
  }
  return lines;
}
