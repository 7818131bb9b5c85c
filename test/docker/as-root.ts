import { describe, it } from '@jest/globals';

const isRoot = process.getuid?.() === 0;

/** A daemon needs root. Without it these tests are left out, but not in CI: there they would never be missed. */
export const asRoot: (name: string, tests: () => void) => void =
  isRoot || process.env['CI'] === undefined
    ? isRoot
      ? describe
      : describe.skip
    : (name) =>
        it(name, () => {
          throw new Error('run as root: a daemon of Docker or Podman cannot be started otherwise');
        });
