/**
 * What the program promises, and the tests that would see it broken. A test that is new is entered here, with its path below
 * test/; `npm run test:conformance` runs them all, and docs/guarantees.md has what came of it.
 */
export interface Promised {
  /** The sixteen about what an apply does, by number; what the other commands are for, by its name. */
  readonly id: `G${number}` | 'from' | 'watch' | 'adopt' | 'hostile' | 'containers';
  readonly promise: string;
  /** Files, or folders with all that is in them. */
  readonly tests: readonly string[];
}

export const PROMISES: readonly Promised[] = [
  {
    id: 'G1',
    promise: 'Commands that read make no system call that changes anything',
    tests: ['system/promises/reading.test.ts'],
  },
  {
    id: 'G2',
    promise: 'The plan after an apply is empty',
    tests: [
      'system/promises/extremes.test.ts',
      'system/promises/any-state/pairs.test.ts',
      'system/promises/extremes.test.ts',
      'system/promises/script.test.ts',
      'plan/plan.property.test.ts',
      'plan/labs.property.test.ts',
    ],
  },
  {
    id: 'G3',
    promise: 'From any state of a lab, apply gives what it gives on an empty machine',
    tests: [
      'system/promises/any-state/pairs.test.ts',
      'system/promises/drift-hosts.test.ts',
      'system/promises/drift-links.test.ts',
      'system/promises/drift-netns.test.ts',
      'system/promises/drift-nft.test.ts',
      'system/promises/drift-overlay.test.ts',
      'system/promises/drift-more.test.ts',
      'system/promises/drift-others.test.ts',
      'docker/any-state.test.ts',
    ],
  },
  {
    id: 'G4',
    promise: 'Killed at any point, the next apply arrives, and destroy leaves the machine as it was',
    tests: [
      'system/promises/crash-apply.test.ts',
      'system/promises/crash-change.test.ts',
      'system/promises/crash-destroy.test.ts',
      'system/promises/crash-times.test.ts',
      'system/promises/crash-more.test.ts',
      'system/promises/crash-place.test.ts',
      'system/promises/crash-folders.test.ts',
      'system/promises/crash-taken.test.ts',
      'system/processes/crash.test.ts',
      'system/calico/killed.test.ts',
      'system/flannel/hosts.test.ts',
      'system/promises/signals.test.ts',
      'system/promises/second-signal.test.ts',
    ],
  },
  {
    id: 'G5',
    promise: 'What is not the lab’s is not touched',
    tests: [
      'system/promises/foreign.test.ts',
      'system/promises/foreign-forward.test.ts',
      'system/promises/taken-names.test.ts',
      'system/promises/ignored.test.ts',
      'system/promises/confirm-meanwhile.test.ts',
    ],
  },
  {
    id: 'G6',
    promise: 'A command returns when all has settled: what follows needs no second try',
    tests: ['system/overlay/moved.test.ts', 'system/promises/settled.test.ts'],
  },
  {
    id: 'G7',
    promise: 'The same input gives the same plan, byte by byte, and any order that its dependencies allow works',
    tests: [
      'plan/plan.property.test.ts',
      'plan/shuffled.property.test.ts',
      'plan/order.test.ts',
      'kernel/order.test.ts',
      'system/promises/any-order.test.ts',
    ],
  },
  {
    id: 'G8',
    promise: 'Rules change all at once or not at all, and are checked before the first change',
    tests: ['kernel/nft/transaction.test.ts', 'kernel/nft/edits.test.ts', 'kernel/rules-checked.test.ts'],
  },
  {
    id: 'G9',
    promise: 'A failed apply goes back to the state before',
    tests: [
      'system/promises/rollback-every-kind.test.ts',
      'system/promises/rollback-thirty.test.ts',
      'system/promises/rollback-more.test.ts',
      'system/promises/rollback-taken.test.ts',
      'system/promises/broken.test.ts',
      'system/promises/ends-soon.test.ts',
      'system/promises/on-error.test.ts',
      'system/promises/confirm.test.ts',
      'system/promises/confirm-meanwhile.test.ts',
      'system/watch/reverted.test.ts',
    ],
  },
  {
    id: 'G10',
    promise: 'Status 0 means that the kernel has what was asked for; otherwise the object, the line and the kernel’s own words',
    tests: [
      'system/promises/refusals.test.ts',
      'system/promises/refused-words.test.ts',
      'system/promises/read-only-settings.test.ts',
      'system/promises/altered.test.ts',
    ],
  },
  {
    id: 'G11',
    promise: 'A saved plan does what was shown, once, or says what has changed since',
    tests: ['system/promises/saved-plan.test.ts', 'hostile/saved-plan.test.ts', 'hostile/fuzz/plan.test.ts'],
  },
  {
    id: 'G12',
    promise: 'One process at a time changes the machine, the others are told which, and a killed one holds up nobody',
    tests: ['system/promises/lock.test.ts', 'apply/lock.test.ts'],
  },
  {
    id: 'G13',
    promise: 'What the kernel can change in place is changed in place; a replacement is shown with what goes with it',
    tests: [
      'system/promises/taken-along.test.ts',
      'system/promises/any-state/steady.test.ts',
      'system/traffic/again.test.ts',
      'system/traffic/neighbours.test.ts',
      'system/overlay/neighbours.test.ts',
      'system/traffic/udp-outward.test.ts',
      'examples/docker-bridge-changes.test.ts',
    ],
  },
  {
    id: 'G14',
    promise: 'The cost grows with the lab and no faster',
    tests: ['system/promises/large.test.ts', 'system/promises/work.test.ts', 'topology/large.test.ts'],
  },
  {
    id: 'G15',
    promise: 'Every error of a file has its line, its column and a hint, and all come at once',
    tests: [
      'topology/load.test.ts',
      'topology/fuzz.test.ts',
      'hostile/fuzz/topology.test.ts',
      'report/diagnostics.test.ts',
      'report/validate-formats.test.ts',
      'commands/validate-sarif.test.ts',
    ],
  },
  { id: 'G16', promise: 'Secrets are in no output', tests: ['hostile/secrets.test.ts', 'hostile/secrets-life.test.ts'] },
  {
    id: 'from',
    promise: 'What a change in a repository would do is told of any revision, without a kernel',
    tests: ['commands/plan-from.test.ts', 'commands/include.test.ts', 'examples/gitops.test.ts'],
  },
  {
    id: 'watch',
    promise: 'A watch keeps the machine as the file says, or tells what differs',
    tests: ['watch', 'system/watch', 'docker/watch.test.ts'],
  },
  {
    id: 'adopt',
    promise: 'What is taken over or renamed keeps what it has, what is protected stays',
    tests: ['system/life'],
  },
  {
    id: 'hostile',
    promise: 'Hostile files, plans, names and links do no harm, and are refused in words',
    tests: ['hostile'],
  },
  {
    id: 'containers',
    promise: 'Containers are nodes like others, rolled back and watched too',
    tests: ['docker'],
  },
];
