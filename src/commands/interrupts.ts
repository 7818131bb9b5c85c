import type { Interrupts } from './context.js';

/** 128 and the number of the signal, as shells count. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** One Ctrl-C comes twice where what has started topo passes on what the terminal sends to both. */
const ONE_KEY_MS = 200;

export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  const seen: { signal: Interrupts['signal']; status: number } = { signal: null, status: 0 };
  let first = 0;
  let say = (_signal: 'SIGINT'): void => undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (seen.signal === null) {
        first = performance.now();
        Object.assign(seen, { signal, status: STATUS[signal] });
        controller.abort();
      } else if (signal === 'SIGINT' && performance.now() - first > ONE_KEY_MS) {
        say(signal);
        process.exit(seen.status);
      }
    });
  }
  return Object.assign(seen, {
    came: controller.signal,
    beforeStop: (words: typeof say) => {
      say = words;
    },
  });
}
