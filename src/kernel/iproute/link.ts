import { LINK_ATTRIBUTES, type LinkAttribute, RARE_ATTRIBUTES } from '../../kinds/link-attributes.js';
import type { LinkAdd, LinkAttributes, Operation } from '../../model/operation.js';
import { HOST } from '../../model/state.js';
import { ip, type Command } from './command.js';

type Of<Op extends Operation['op']> = Extract<Operation, { op: Op }>;
type Place = LinkAttribute['place'];

/** ETH_MAX_MTU. */
const LARGEST_MTU = 65535;
/** `ip` reads a group into a signed number (`rtnl_group_a2n`). */
const LARGEST_GROUP = 0x7fffffff;

export function linkAdd(operation: LinkAdd): readonly Command[] {
  switch (operation.type) {
    case 'bridge':
      return bridgeAdd(operation);
    case 'veth':
      return vethAdd(operation);
    case 'vxlan':
      return vxlanAdd(operation);
    case 'macvlan':
      return macvlanAdd(operation);
  }
}

/**
 * A bridge's MTU follows its ports until it is changed by hand, and asking for the one that it has is no change
 * (`br_change_mtu`): it is made with another one.
 */
function bridgeAdd({ netns, name, attributes }: LinkAdd): readonly Command[] {
  const mtu = Number(attributes['mtu'] ?? 1500);
  const first = { ...without(attributes, LATER), mtu: mtu >= LARGEST_MTU ? mtu - 1 : mtu + 1 };
  const words = ['link', 'add', 'name', name, ...wordsOf(first, 'link'), 'type', 'bridge', ...wordsOf(first, 'bridge')];
  const rest = { mtu, ...without(attributes, Object.keys(without(first, ['mtu']))) };
  return [{ argv: ip(netns, ...words) }, ...setCommands(netns, name, rest)];
}

function vxlanAdd({ netns, name, attributes }: LinkAdd): readonly Command[] {
  const first = without(attributes, LATER);
  const words = ['link', 'add', 'name', name, ...wordsOf(first, 'link'), 'type', 'vxlan', ...wordsOf(first, 'vxlan')];
  return [{ argv: ip(netns, ...words) }, ...setCommands(netns, name, later(without(attributes, TYPE_WORDS)))];
}

/** From the parent's namespace: the host's has no name by which `link-netns` could name it. */
function macvlanAdd({ netns, name, attributes, parent }: LinkAdd): readonly Command[] {
  if (parent === undefined) throw new Error(`a macvlan without a parent: ${name}`);
  const first = without(attributes, LATER);
  const place = parent.netns === netns ? [] : ['netns', netns];
  const plain = ['link', 'add', 'link', parent.name, 'name', name, ...place, ...wordsOf(first, 'link')];
  const words = [...plain, 'type', 'macvlan', ...wordsOf(first, 'macvlan')];
  return [{ argv: ip(parent.netns, ...words) }, ...setCommands(netns, name, later(without(attributes, TYPE_WORDS)))];
}

function vethAdd(operation: LinkAdd): readonly Command[] {
  const { peer } = operation;
  if (peer === undefined) throw new Error(`a veth without a peer: ${operation.name}`);
  // The host's namespace has no name by which the other end could be put there.
  const turned = peer.netns === HOST && operation.netns !== HOST;
  const [first, second] = turned ? [peer, operation] : [operation, peer];
  const words = [
    ...['link', 'add', 'name', first.name, ...wordsOf(without(first.attributes, LATER), 'link'), 'type', 'veth'],
    ...['peer', 'name', second.name, ...wordsOf(without(second.attributes, LATER), 'link')],
    ...(first.netns === second.netns ? [] : ['netns', second.netns]),
  ];
  return [
    { argv: ip(first.netns, ...words) },
    ...[operation, peer].flatMap((end) => setCommands(end.netns, end.name, later(end.attributes))),
  ];
}

/** What is set when both ends are there: the kernel ignores an alias in the creating message, and the peer's master and state. */
const LATER = ['alias', 'master', 'up', ...RARE_ATTRIBUTES.filter(({ place }) => place === 'link').map(({ name }) => name)];

/** Said as the link is made. */
const TYPE_WORDS = LINK_ATTRIBUTES.filter(({ place }) => place === 'vxlan' || place === 'macvlan').map(({ name }) => name);

function later(attributes: LinkAttributes): LinkAttributes {
  const early = LINK_ATTRIBUTES.filter((row) => row.place === 'link' && !LATER.includes(row.name)).map((row) => row.name);
  return without(attributes, early);
}

export function linkSet({ netns, name, attributes }: Of<'link-set'>): readonly Command[] {
  const { group } = attributes;
  return setCommands(netns, name, Number(group) > LARGEST_GROUP ? without(attributes, ['group']) : attributes);
}

function setCommands(netns: string, name: string, attributes: LinkAttributes): readonly Command[] {
  const set = (words: readonly string[], type: readonly string[]): readonly Command[] =>
    words.length === 0 ? [] : [{ argv: ip(netns, 'link', 'set', 'dev', name, ...type, ...words) }];
  return [
    // A new `dev` of a vxlan may change its MTU.
    ...set(wordsOf(attributes, 'vxlan'), ['type', 'vxlan']),
    ...set(wordsOf(attributes, 'link'), []),
    ...set(wordsOf(attributes, 'bridge'), ['type', 'bridge']),
    ...set(wordsOf(attributes, 'macvlan'), ['type', 'macvlan']),
    ...set(wordsOf(attributes, 'bridge-port'), ['type', 'bridge_slave']),
  ];
}

export function linkDelete({ netns, name }: Of<'link-delete'>): readonly Command[] {
  return [{ argv: ip(netns, 'link', 'delete', 'dev', name) }];
}

/** A group that `ip` cannot name is deleted link by link; the other end of a veth may have gone with the first. */
export function groupDelete({ netns, group, names }: Of<'group-delete'>): readonly Command[] {
  if (group <= LARGEST_GROUP) return [{ argv: ip(netns, 'link', 'delete', 'group', String(group)) }];
  return names.map((name) => ({
    argv: ip(netns, 'link', 'delete', 'dev', name),
    condition: { argv: ip(netns, 'link', 'show', 'dev', name) },
  }));
}

export function altname({ op, netns, name, altname: other }: Of<'altname-add' | 'altname-delete'>): readonly Command[] {
  return [{ argv: ip(netns, 'link', 'property', op === 'altname-add' ? 'add' : 'del', 'dev', name, 'altname', other) }];
}

/** In the order of the table, so that the same attributes give the same command. */
function wordsOf(attributes: LinkAttributes, place: Place): readonly string[] {
  return LINK_ATTRIBUTES.filter((row) => row.place === place).flatMap((row) => {
    const value = attributes[row.name];
    return value === undefined ? [] : attributeWords(row, value);
  });
}

function attributeWords(row: LinkAttribute, value: string | number | boolean): readonly string[] {
  if (row.encoding === 'up') return [value === true ? 'up' : 'down'];
  if (row.encoding === 'device' && value === '') return row.word === 'master' ? ['nomaster'] : [];
  if (row.encoding === 'ip' && value === '') return [row.word, '0.0.0.0'];
  if (typeof value !== 'boolean') return [row.word, String(value)];
  if (row.place === 'vxlan') return [value ? row.word : `no${row.word}`];
  if (row.place === 'bridge-port' || row.mask !== undefined || row.name === 'protodown') return [row.word, value ? 'on' : 'off'];
  return [row.word, value ? '1' : '0'];
}

function without(attributes: LinkAttributes, names: readonly string[]): LinkAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
