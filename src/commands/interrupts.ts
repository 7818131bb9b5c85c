import type { Interrupts } from './context.js';

/** 128 and the number of the signal, as shells count. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

export function watchInterrupts(): Interrupts {
  const controller = new AbortController();
  const seen: { signal: Interrupts['signal']; status: number } = { signal: null, status: 0 };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (seen.signal !== null) return;
      Object.assign(seen, { signal, status: STATUS[signal] });
      controller.abort();
    });
  }
  return Object.assign(seen, { came: controller.signal });
}
