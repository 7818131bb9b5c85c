/**
 * Kinds as a rollback sees them: where an object that comes back takes more, or other things, than a new one that a file asks
 * for. What the others need beyond their props is in `former.ts`.
 */
import { executedAltname, rememberedSysctl } from '../model/names.js';
import type { NftMessage, Operation } from '../model/operation.js';
import { HOST, type Resource } from '../model/state.js';
import { address, announceAgain } from './address.js';
import { container } from './container.js';
import { exec } from './exec.js';
import { kindOf } from './index.js';
import type { Kind } from './kind.js';
import { movedFlows } from './published-rules.js';
import { nftables } from './nftables.js';
import { process } from './process.js';
import { sysctl } from './sysctl.js';

const text = (resource: Resource | null, field: string): string | null => {
  const value = resource?.props[field] ?? null;
  return value === null ? null : String(value);
};

/** The value, and the memory of the one before (`former`), of which either may be another one. */
function setting(before: Resource | null, after: Resource): readonly Operation[] {
  const { netns } = after;
  const key = String(after.props['key']);
  const [was, memory] = [text(before, 'former'), text(after, 'former')];
  const [current, value] = [text(before, 'value'), text(after, 'value')];
  const write = (remember: boolean): readonly Operation[] => (value === null ? [] : [{ op: 'sysctl-set', netns, key, value, remember }]);
  const altname = (op: 'altname-add' | 'altname-delete', former: string): Operation => {
    return { op, netns, name: 'lo', altname: rememberedSysctl(key, former) };
  };
  if (was === memory) return write(false);
  // With what the key disturbs.
  if (memory === null) return [{ op: 'sysctl-restore', netns, key, value: was! }, ...(value === was ? [] : write(false))];
  if (was === null && current === memory && value !== memory) return write(true);
  return [...(was === null ? [] : [altname('altname-delete', was)]), altname('altname-add', memory), ...write(false)];
}

/** As it was kept, and flows go where they went. */
function table(before: Resource | null, after: Resource): readonly Operation[] {
  const { netns, id } = after;
  const { messages } = after.definition as { readonly messages: readonly NftMessage[] };
  const flows = movedFlows(before, after);
  return [
    { op: 'nft-restore', netns, table: id.slice(id.indexOf('/') + 1), messages },
    ...(flows.length === 0 ? [] : [{ op: 'conntrack-delete' as const, netns, flows }]),
  ];
}

const FORMER: readonly Kind[] = [
  { ...sysctl, create: (after) => setting(null, after), update: setting },
  { ...nftables, create: (after) => table(null, after), update: table },
  // Which wire it is on is not known of it; neighbours may have heard of who had it meanwhile.
  { ...address, finish: (after, before, around) => (before === null ? announceAgain(after, around) : []) },
  // It is not run again: it is only known again that it was.
  {
    ...exec,
    create: ({ netns, id }) => [{ op: 'altname-add', netns, name: 'lo', altname: executedAltname(id.slice(id.lastIndexOf('/') + 1)) }],
    finish: () => [],
  },
  {
    ...process,
    finish: (after, before, around) => (after.props['state'] === 'running' ? (process.finish?.(after, before, around) ?? []) : []),
  },
  {
    ...container,
    // By a name that means another image by now it would be another container.
    create: (after) =>
      container
        .create(after)
        .map((operation) =>
          operation.op === 'container-run' ? { ...operation, image: (after.definition as { readonly image: string }).image } : operation,
        ),
  },
];

const byName = new Map(FORMER.map((kind) => [kind.name, kind]));

export const formerKindOf = (name: string): Kind => byName.get(name) ?? kindOf(name);

/** Settings of the host that other labs stand on are put back too, if this one has changed them. */
export const isOfHost = ({ kind, netns }: Resource): boolean => kind === sysctl.name && netns === HOST;
