/**
 * Deleting a bridge's ports one by one costs the kernel a grace period each (1000: 21 s), as one group 0.7 s in all:
 * many links of the host that go are gathered in one message.
 */
import { labGroup } from '../model/names.js';
import type { Operation } from '../model/operation.js';
import type { Action } from '../model/plan.js';
import { HOST, type ResourceId, type State } from '../model/state.js';

type LinkDelete = Extract<Operation, { op: 'link-delete' }>;

const isHostLinkDelete = (operation: Operation): operation is LinkDelete => operation.op === 'link-delete' && operation.netns === HOST;

/** The actions with the last of the link deletions doing the work of all of them: what stands on any of the links has gone by then. */
export function gatherLinkDeletions(actions: readonly Action[], observed: State): readonly Action[] {
  const names = actions.flatMap((action) => action.operations.filter(isHostLinkDelete).map((operation) => operation.name));
  if (names.length < 2) return actions;
  const last = actions.findLastIndex((action) => action.operations.some(isHostLinkDelete));
  return actions.map((action, index) => {
    const own = action.operations.filter((operation) => !isHostLinkDelete(operation));
    if (own.length === action.operations.length) return action;
    return { ...action, operations: index === last ? [...deletions(names, observed), ...own] : own };
  });
}

function deletions(names: readonly string[], observed: State): readonly Operation[] {
  const group = labGroup(observed.lab);
  const inGroup = hostLinksInGroup(observed, group);
  const whole = inGroup.size === names.length && names.every((name) => inGroup.has(name));
  const silence = bridgesAmong(names, observed).map(setDown);
  if (whole) return [...silence, { op: 'group-delete', netns: HOST, group, names }];
  // A group of their own, for those that go: the lab's other links stay.
  const doomed = (group | 0x80000000) >>> 0;
  const moves = names.map((name): Operation => ({ op: 'link-set', netns: HOST, name, attributes: { group: doomed } }));
  return [...silence, ...moves, { op: 'group-delete', netns: HOST, group: doomed, names }];
}

/** Each port that leaves a bridge which is up makes it look at all others again (`br_port_state_selection`): a third of the time. */
const setDown = (name: string): Operation => ({ op: 'link-set', netns: HOST, name, attributes: { up: false } });

const nameOf = (id: ResourceId): string => id.slice(id.indexOf('/') + 1);

function bridgesAmong(names: readonly string[], observed: State): readonly string[] {
  const wanted = new Set(names);
  const bridges = [...observed.resources.values()].filter(({ kind }) => kind === 'bridge').map(({ id }) => nameOf(id));
  return bridges.filter((name) => wanted.has(name));
}

/** Links without another end. */
const ONE_ENDED = new Set(['vxlan', 'macvlan']);

function hostLinksInGroup(observed: State, group: number): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, netns, id, props } of observed.resources.values()) {
    if (kind === 'bridge' && props['group'] === group) names.add(nameOf(id));
    if (ONE_ENDED.has(kind) && netns === HOST && props['group'] === group) names.add(String(props['name']));
    if (kind !== 'veth') continue;
    if (netns === HOST && props['group'] === group) names.add(String(props['name']));
    if (props['peer_netns'] === HOST && props['peer_group'] === group) names.add(String(props['peer_name']));
  }
  return names;
}
