/** What can be said of a text without parsing it; nothing may depend on it but what is done ahead of need. */

/** Of nodes and hosts, as they are nearly always written: a line of each begins under `nodes:` or `hosts:`. */
export function nodesAtAGlance(text: string): number {
  return entriesUnder(text, 'nodes') + entriesUnder(text, 'hosts');
}

function entriesUnder(text: string, key: string): number {
  const start = text.search(new RegExp(`^${key}:[ \\t\\r]*$`, 'm'));
  const first = start < 0 ? 0 : text.indexOf('\n', start) + 1;
  if (first === 0) return 0;
  NEXT_KEY.lastIndex = first;
  const entries = text.slice(first, NEXT_KEY.exec(text)?.index);
  const indentation = /^ +(?=[^\s#])/m.exec(entries)?.[0];
  return indentation === undefined ? 0 : entries.split(new RegExp(`^${indentation}(?=[^\\s#])`, 'm')).length - 1;
}

/** Of the top mapping. */
const NEXT_KEY = /^[^\s#]/gm;
