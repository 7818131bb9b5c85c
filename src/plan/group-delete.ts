/**
 * Deleting a bridge's ports one by one costs the kernel a grace period each (1000: 21 s), as one group 0.7 s in all:
 * many links of a host that go are gathered in one message. The kernel looks for a group in one namespace only (`rtnl_group_dellink`), so
 * that macvlan links, each in the namespace of its node, still go one by one.
 */
import { labGroup } from '../model/names.js';
import type { Operation } from '../model/operation.js';
import type { Action } from '../model/plan.js';
import { HOST, type ResourceId, type State } from '../model/state.js';

type LinkDelete = Extract<Operation, { op: 'link-delete' }>;

/** The actions with the last of a host's link deletions doing the work of all of them: what stands on any of the links has gone by then. */
export function gatherLinkDeletions(actions: readonly Action[], observed: State): readonly Action[] {
  const simulated = [...observed.resources.values()].flatMap(({ kind, netns }) => (kind === 'bridge' && netns !== HOST ? [netns] : []));
  return [HOST, ...new Set(simulated)].reduce((gathered, home) => gatherIn(home, gathered, observed), actions);
}

function gatherIn(home: string, actions: readonly Action[], observed: State): readonly Action[] {
  const isLinkDelete = (operation: Operation): operation is LinkDelete => operation.op === 'link-delete' && operation.netns === home;
  const names = actions.flatMap((action) => action.operations.filter(isLinkDelete).map((operation) => operation.name));
  if (names.length < 2) return actions;
  const last = actions.findLastIndex((action) => action.operations.some(isLinkDelete));
  return actions.map((action, index) => {
    const own = action.operations.filter((operation) => !isLinkDelete(operation));
    if (own.length === action.operations.length) return action;
    return { ...action, operations: index === last ? [...deletions(home, names, observed), ...own] : own };
  });
}

function deletions(home: string, names: readonly string[], observed: State): readonly Operation[] {
  const group = labGroup(observed.lab);
  const inGroup = linksInGroup(home, observed, group);
  const whole = inGroup.size === names.length && names.every((name) => inGroup.has(name));
  const silence = bridgesAmong(home, names, observed).map((name) => setDown(home, name));
  if (whole) return [...silence, { op: 'group-delete', netns: home, group, names }];
  // A group of their own, for those that go: the lab's other links stay.
  const doomed = (group | 0x80000000) >>> 0;
  const moves = names.map((name): Operation => ({ op: 'link-set', netns: home, name, attributes: { group: doomed } }));
  return [...silence, ...moves, { op: 'group-delete', netns: home, group: doomed, names }];
}

/** Each port that leaves a bridge which is up makes it look at all others again (`br_port_state_selection`): a third of the time. */
const setDown = (netns: string, name: string): Operation => ({ op: 'link-set', netns, name, attributes: { up: false } });

const nameOf = (id: ResourceId): string => id.slice(id.indexOf('/') + 1);

function bridgesAmong(home: string, names: readonly string[], observed: State): readonly string[] {
  const wanted = new Set(names);
  const bridges = [...observed.resources.values()]
    .filter(({ kind, netns }) => kind === 'bridge' && netns === home)
    .map(({ id }) => nameOf(id));
  return bridges.filter((name) => wanted.has(name));
}

/** Links without another end, whose name is a field. */
const ONE_ENDED = new Set(['vxlan', 'macvlan']);

function linksInGroup(home: string, observed: State, group: number): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, netns, id, props } of observed.resources.values()) {
    if (kind === 'bridge' && netns === home && props['group'] === group) names.add(nameOf(id));
    if (ONE_ENDED.has(kind) && netns === home && props['group'] === group) names.add(String(props['name']));
    if (kind !== 'veth') continue;
    if (netns === home && props['group'] === group) names.add(String(props['name']));
    if (props['peer_netns'] === home && props['peer_group'] === group) names.add(String(props['peer_name']));
  }
  return names;
}
