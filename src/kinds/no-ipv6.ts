/** A kernel without IPv6 (`ipv6.disable=1`): what only keeps IPv6 off needs no doing, and what wants it is an error before any change. */
import type { Diagnostic } from '../model/diagnostic.js';
import type { Resource, State } from '../model/state.js';
import type { FindContext, Found } from './kind.js';

const isIpv6Setting = ({ kind, props }: Resource): boolean => kind === 'sysctl' && String(props['key']).startsWith('net.ipv6.');

/** By its name in the file. */
const isAskedFor = ({ path = '' }: Resource): boolean => path.includes('.sysctls.');

export function withoutIpv6({ observation, desired }: FindContext): Found {
  if (observation.ipv6Missing !== true) return NOTHING;
  const all = [...desired.resources.values()].filter(isIpv6Setting);
  // As if it were there: nothing is to be written.
  const settings = all.filter((one) => !isAskedFor(one));
  const resources = settings.map(({ id, kind, netns, props }): Resource => ({ id, kind, netns, props, needs: [], keep: true }));
  return { resources, conflicts: [...unknown(all.filter(isAskedFor)), ...addresses(desired)] };
}

const NOTHING: Found = { resources: [], conflicts: [] };

const unknown = (settings: readonly Resource[]): readonly Diagnostic[] =>
  settings.map(({ props, at }) => ({
    code: 'unknown-sysctl',
    severity: 'error',
    message: `this kernel has no setting ${String(props['key'])}, for it has no IPv6`,
    ...(at === undefined ? {} : { at }),
    hint: 'leave it out',
  }));

const NAMED = 3;

function addresses({ resources }: State): readonly Diagnostic[] {
  const wanted = [...resources.values()].filter(
    ({ id, kind, netns }) => kind === 'address' && id.slice(`address:${netns}/`.length).includes(':'),
  );
  const paths = [...new Set(wanted.map(({ path, id }) => path ?? id))];
  const first = wanted[0];
  if (first === undefined) return [];
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  return [
    {
      code: 'ipv6-missing',
      severity: 'error',
      message: `IPv6 addresses are wanted (${paths.slice(0, NAMED).join(', ')}${more}), and this kernel has no IPv6`,
      ...(first.at === undefined ? {} : { at: first.at }),
      hint: 'leave out the IPv6 subnets and addresses, or start the kernel without ipv6.disable=1',
    },
  ];
}
