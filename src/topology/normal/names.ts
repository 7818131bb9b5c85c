/** `extra_hosts`, `dns_search`. */
import { HOST_GATEWAY } from '../../model/node-files.js';
import type { ExtraHost } from '../../model/topology.js';
import { quote } from '../report.js';
import type { Mapping } from '../tree.js';
import { complain, itemsAt, pairsAt, placeOf, textOf, textsAt, type Reading, type Text } from './read.js';
import { readAddress } from './values.js';

export function readExtraHosts(reading: Reading, map: Mapping): readonly ExtraHost[] {
  const listed = itemsAt(map, 'extra_hosts').flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : (readListed(reading, text) ?? []);
  });
  const mapped = pairsAt(map, 'extra_hosts').flatMap(([name, { value }]) => {
    const items = value.kind === 'list' ? value.items : [value];
    return items.flatMap((item) => readMapped(reading, name, textOf(item)) ?? []);
  });
  return [...listed, ...mapped];
}

/** The name ends at the first `=` or, where there is none, at the first colon. */
const LISTED = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)(?:=|:)(.+)$/;

function readListed(reading: Reading, text: Text): ExtraHost | undefined {
  const [, name, address = ''] = LISTED.exec(text.text) ?? [];
  if (name !== undefined) return readMapped(reading, name, { text: address, span: text.span });
  complain(reading, 'bad-extra-host', text, `${quote(text.text)} is not a name and an address`, {
    hint: 'for example "printer:192.0.2.7", or "backend:host-gateway"',
  });
  return undefined;
}

function readMapped(reading: Reading, name: string, text: Text | undefined): ExtraHost | undefined {
  if (text === undefined) return undefined;
  const at = placeOf(reading, text.span);
  if (text.text === HOST_GATEWAY) return { name, address: HOST_GATEWAY, at };
  const bare = /^\[(.*)\]$/.exec(text.text)?.[1] ?? text.text;
  const address = readAddress(reading, { text: bare, span: text.span });
  return address === undefined ? undefined : { name, address, at };
}

/** As with Docker, a dot means that there are none. */
export function readDnsSearch(map: Mapping): readonly string[] | undefined {
  const domains = textsAt(map, 'dns_search').map(({ text }) => text);
  return domains.length === 0 ? undefined : domains.filter((domain) => domain !== '.');
}
