/** Waiting that is ended by whoever rings. */
export class Bell {
  private ring_: () => void = () => undefined;
  private rung: Promise<void> = Promise.resolve();

  constructor() {
    this.reset();
  }

  ring(): void {
    this.ring_();
  }

  /** Until it rings, something else is ready, or so many milliseconds have passed. */
  async wait(other: Promise<void>, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const time = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([other, this.rung, time]);
    clearTimeout(timer);
    this.reset();
  }

  private reset(): void {
    this.rung = new Promise((resolve) => (this.ring_ = resolve));
  }
}
