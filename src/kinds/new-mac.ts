/** A link that is there and gets another MAC address: neighbours go on to send to the one that they know. */
import type { Operation } from '../model/operation.js';
import type { Resource } from '../model/state.js';

/** Of the end with that prefix (`''`, `peer_`). */
export function announceNewMac(
  end: { netns: string; dev: string; prefix?: string },
  after: Resource,
  before: Resource | null,
): readonly Operation[] {
  const { netns, dev, prefix = '' } = end;
  const field = `${prefix}mac`;
  const isNew = before !== null && (after.props[field] ?? null) !== null && before.props[field] !== after.props[field];
  return isNew && after.props[`${prefix}up`] !== false ? [{ op: 'announce', netns, dev, address: '' }] : [];
}
