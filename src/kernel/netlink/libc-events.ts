/** More system calls, for those who wait for the kernel to say something: loaded by them alone. */
import koffi from 'koffi';
import { allocate, type Bytes } from './message.js';

const library = koffi.load(null);

/** As in `libc.ts`; the asynchronous one takes a thread of Node's pool until it has an answer. */
export const libcEvents = {
  recvmsg: library.func('intptr_t recvmsg(int fd, void *message, int flags)'),
  epollCreate: library.func('int epoll_create1(int flags)'),
  epollControl: library.func('int epoll_ctl(int epoll, int operation, int fd, void *event)'),
  epollWait: library.func('int epoll_wait(int epoll, void *events, int count, int timeout)'),
  write: library.func('intptr_t write(int fd, const void *buffer, size_t length)'),
  eventfd: library.func('int eventfd(unsigned int value, int flags)'),
  connect: library.func('int connect(int fd, const void *address, uint32_t length)'),
  syscall: library.func('long syscall(long number, int first, unsigned int second)'),
} as unknown as Calls;

interface Calls {
  recvmsg(fd: number, message: Uint8Array, flags: number): number;
  epollCreate(flags: number): number;
  epollControl(epoll: number, operation: number, fd: number, event: Uint8Array): number;
  readonly epollWait: {
    (epoll: number, events: Uint8Array, count: number, timeout: number): number;
    async(epoll: number, events: Uint8Array, count: number, timeout: number, then: (error: unknown, count: number) => void): void;
  };
  write(fd: number, buffer: Uint8Array, length: number): number;
  eventfd(value: number, flags: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  syscall(number: number, first: number, second: number): number;
}

const PIDFD_OPEN = 434;

/** A descriptor that is readable once the process has ended; negative: there is none. */
export const pidfdOpen = (pid: number): number => libcEvents.syscall(PIDFD_OPEN, pid, 0);

/** struct msghdr with one piece of data and room for what goes beside it, as 64-bit machines have it. */
export class Envelope {
  readonly data: Bytes;
  private readonly control = allocate(256);
  private readonly pieces = allocate(64);
  readonly header = allocate(64);

  constructor(size: number) {
    this.data = allocate(size);
    this.pieces.view.setBigUint64(0, koffi.address(this.data.buffer), true);
    this.pieces.view.setBigUint64(8, BigInt(size), true);
    this.header.view.setBigUint64(16, koffi.address(this.pieces.buffer), true);
    this.header.view.setBigUint64(24, 1n, true);
    this.header.view.setBigUint64(32, koffi.address(this.control.buffer), true);
  }

  /** To be called before each `recvmsg`: the kernel writes there how much it took. */
  open(): Uint8Array {
    this.header.view.setUint32(8, 0, true);
    this.header.view.setBigUint64(40, BigInt(this.control.buffer.length), true);
    return this.header.buffer;
  }

  /** The number that came beside the data, of that level and type; undefined: there was none. */
  beside(level: number, type: number): number | undefined {
    const { view } = this.control;
    const length = Number(this.header.view.getBigUint64(40, true));
    for (let at = 0; at + 16 < length; at += (Math.max(16, Number(view.getBigUint64(at, true))) + 7) & ~7) {
      if (view.getInt32(at + 8, true) === level && view.getInt32(at + 12, true) === type) return view.getInt32(at + 16, true);
    }
    return undefined;
  }
}
