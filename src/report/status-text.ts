import { HOST, type Props } from '../model/state.js';
import { placeText } from './place.js';
import { tellingFields } from './attributes.js';
import { chainDiff, isChain } from './rules-text.js';
import { statusOf, type Condition, type ObjectStatus, type StatusInput } from './status.js';
import { clock } from './clock.js';
import { painter, type Paint, type Style } from './style.js';
import { valueText } from './value-text.js';
import { printable } from './width.js';
import type { Words } from './words.js';

const STYLES: { readonly [condition in Condition]: Style } = { ok: 'green', drifted: 'yellow', missing: 'red', unexpected: 'magenta' };
const WIDTH = 'unexpected'.length;

/** Object by object, what differs below each, and a summary at the end. */
export async function statusText(
  input: StatusInput,
  words: Words,
  options: { readonly color: boolean; readonly verbose: boolean },
): Promise<string> {
  const paint = painter(options.color);
  const { lab, inSync, summary, objects } = statusOf(input, words);
  const lines: string[] = [];
  for (const [netns, members] of byNetns(objects)) {
    lines.push(paint('bold', printable(netns)));
    for (const object of members) {
      const resource = input.desired.resources.get(object.id) ?? input.observed.resources.get(object.id);
      const fields = options.verbose || resource === undefined ? object.fields : tellingFields(object.fields, words.defaults(resource));
      for (const line of await objectLines({ ...object, fields }, paint, options.verbose)) lines.push(line);
    }
    lines.push('');
  }
  if (input.routing !== undefined && input.routing.length > 0) {
    const { routingText } = await import('./routing-text.js');
    lines.push(routingText(input.routing, options).replace(/\n$/, ''));
  }
  const counts = `${summary.ok} ok, ${summary.drifted} drifted, ${summary.missing} missing, ${summary.unexpected} unexpected.`;
  const said = inSync ? paint('green', 'in sync') : paint('yellow', isNothing(objects) ? 'not applied: topo apply makes it' : 'drifted');
  lines.push(`${printable(lab)}: ${said}. Objects: ${counts}`);
  return `${lines.join('\n')}\n`;
}

/** Settings are there before the lab is. */
function isNothing(objects: readonly ObjectStatus[]): boolean {
  const own = objects.filter(({ kind }) => kind !== 'sysctl');
  return own.length > 0 && own.every(({ status }) => status === 'missing');
}

function byNetns(objects: readonly ObjectStatus[]): [string, readonly ObjectStatus[]][] {
  const groups = new Map<string, ObjectStatus[]>([[HOST, []]]);
  for (const object of objects) {
    const group = groups.get(object.netns);
    if (group === undefined) groups.set(object.netns, [object]);
    else group.push(object);
  }
  return [...groups].filter(([, members]) => members.length > 0);
}

async function objectLines(object: ObjectStatus, paint: Paint, verbose: boolean): Promise<string[]> {
  const { status, title, fields, facts } = object;
  const place = status === 'ok' ? '' : placeText(object);
  const head = `  ${paint(STYLES[status], status.padEnd(WIDTH))}  ${printable(title)}${factsText(facts, paint)}${place === '' ? '' : paint('dim', `  # ${place}`)}`;
  const lines: string[] = [];
  for (const { field, from, to } of fields) {
    if (isChain(from) || isChain(to)) lines.push(...(await chainDiff(field, from, to, paint, verbose)));
    else lines.push(`${field}: ${valueText(from)} in the kernel, ${valueText(to)} in the topology`);
  }
  return [head, ...lines.map((line) => `${' '.repeat(WIDTH + 4)}${line}`)];
}

/** `(running since 2026-01-02 03:04:05, process 123)` */
function factsText(facts: Props | undefined, paint: Paint): string {
  if (facts === undefined) return '';
  const { since, ended, pid } = facts;
  const said = [
    ...(typeof pid === 'number' && typeof since === 'string' ? [`running since ${clock(since)}`, `process ${pid}`] : []),
    ...(typeof ended === 'string' ? [`ended ${clock(ended)}`] : []),
  ];
  return said.length === 0 ? '' : paint('dim', ` (${said.join(', ')})`);
}
