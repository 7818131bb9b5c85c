/** Namespaces without a name, as open files: one thread makes them, and whoever comes first takes one. */
export class Spares {
  /** How many there are, how many of them are taken, then the files. */
  constructor(private readonly shared: Int32Array<SharedArrayBuffer>) {}

  /** Room for so many. */
  static of(count: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(new SharedArrayBuffer((FILES + count) * Int32Array.BYTES_PER_ELEMENT));
  }

  add(fd: number): void {
    const made = Atomics.load(this.shared, MADE);
    this.shared[FILES + made] = fd;
    // Only one thread adds; who sees the number sees the file.
    Atomics.store(this.shared, MADE, made + 1);
  }

  /** Its file is the caller's to close. Undefined: there is none by now. */
  take(): number | undefined {
    for (;;) {
      const next = Atomics.load(this.shared, TAKEN);
      if (next >= Atomics.load(this.shared, MADE)) return undefined;
      if (Atomics.compareExchange(this.shared, TAKEN, next, next + 1) === next) return this.shared[FILES + next];
    }
  }
}

const MADE = 0;
const TAKEN = 1;
const FILES = 2;
