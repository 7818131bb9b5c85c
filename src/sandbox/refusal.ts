import { DiagnosticError } from '../model/diagnostic.js';

/** Switches by which distributions forbid user namespaces to ordinary users, with the value that forbids and the one that allows. */
const SWITCHES: readonly { readonly key: string; readonly forbids: string; readonly allows: string }[] = [
  // Debian before 11, hardened kernels.
  { key: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
  { key: 'user.max_user_namespaces', forbids: '0', allows: '15000' },
  // Ubuntu from 23.10 on.
  { key: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' },
];

/** Why no sandbox could be made, and what to do about it. */
export function refusal(complaint: string, readSysctl: (key: string) => string | null): DiagnosticError {
  const guilty = SWITCHES.filter(({ key, forbids }) => readSysctl(key) === forbids);
  const because = complaint.trim().split('\n').at(-1) ?? '';
  return new DiagnosticError([
    {
      code: 'sandbox-refused',
      severity: 'error',
      message:
        guilty.length > 0
          ? `this machine does not let users make namespaces of their own: ${guilty.map(({ key, forbids }) => `${key} is ${forbids}`).join(', ')}`
          : `no sandbox could be made: ${because}`,
      hint:
        guilty.length > 0
          ? `${guilty.map(({ key, allows }) => `sudo sysctl ${key}=${allows}`).join('; ')} (until the next boot), or run topo as root`
          : 'in a container, start it with --privileged; otherwise run topo as root',
    },
  ]);
}

export function missingProgram(program: string, packageName: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: 'missing-program',
      severity: 'error',
      message: `the program ${program} is not installed`,
      hint: `it comes with the package ${packageName}`,
    },
  ]);
}
