import { expect, it } from '@jest/globals';
import { refusal } from '../../src/sandbox/refusal.js';

const diagnose = (complaint: string, sysctls: { readonly [key: string]: string } = {}) => {
  const { message, hint } = refusal(complaint, (key) => sysctls[key] ?? null).diagnostics[0]!;
  return `${message} | ${hint ?? ''}`;
};

it.each([
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['user.max_user_namespaces', '0', '15000'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
])('the switch %s is named with the value that allows sandboxes', (key, forbids, allows) => {
  expect(diagnose('unshare: unshare failed: Operation not permitted', { [key]: forbids })).toBe(
    `this machine does not let users make namespaces of their own: ${key} is ${forbids} | sudo sysctl ${key}=${allows} (until the next boot), or run topo as root`,
  );
});

it('a switch that allows sandboxes is not blamed', () => {
  expect(diagnose('unshare: unshare failed: Operation not permitted\n', { 'kernel.unprivileged_userns_clone': '1' })).toBe(
    'no sandbox could be made: unshare: unshare failed: Operation not permitted | in a container, start it with --privileged; otherwise run topo as root',
  );
});
