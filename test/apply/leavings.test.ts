import { expect, test } from '@jest/globals';
import { leavingsOf } from '../../src/apply/leavings.js';
import type { Operation } from '../../src/model/operation.js';
import type { Action, Plan } from '../../src/model/plan.js';

const added = (netns: string): Operation => ({ op: 'netns-add', netns, alias: '' });
const up = (netns: string): Operation => ({ op: 'link-set', netns, name: 'eth0', attributes: { up: true } });
const veth = (netns: string, peer: string): Operation => ({
  ...{ op: 'link-add', netns, name: 'eth0', type: 'veth', attributes: {} },
  peer: { netns: peer, name: 'eth0', attributes: {} },
});
const gone: Operation = { op: 'link-delete', netns: 'host', name: 'x' };

const planOf = (...actions: readonly (readonly Operation[] | Pick<Action, 'operations' | 'finish'>)[]): Plan =>
  ({ actions: actions.map((one) => ('operations' in one ? one : { operations: one })) }) as unknown as Plan;

test.each<readonly [string, Plan, readonly (readonly [string, number])[]]>([
  ['after the last of its operations', planOf([added('a')], [added('b')], [up('b')], [up('a')]), [['b', 2], ['a', 3]]], // prettier-ignore
  ['both ends of a link', planOf([added('a')], [added('b')], [veth('a', 'b')]), [['a', 2], ['b', 2]]], // prettier-ignore
  ['never the host, which is read at the end', planOf([veth('a', 'host')], [up('host')]), [['a', 0]]], // prettier-ignore
  ['never where something is done at the end', planOf([added('a')], { operations: [up('b')], finish: [up('a')] }), [['b', 1]]], // prettier-ignore
  ['not before what may change any', planOf([added('a')], [gone], [added('b')]), [['a', 1], ['b', 2]]], // prettier-ignore
])('%s', (_, plan, expected) => {
  expect(leavingsOf(plan).map(({ netns, after }) => [netns, after])).toEqual(expected);
});
