/**
 * The system calls that Node lacks, through koffi. Every call is synchronous: a `setns` changes the namespace of the
 * main thread, so nothing may be awaited until it has been changed back.
 */
import koffi from 'koffi';
import { constants } from 'node:os';
import { canLeaveAtOnce } from '../leave.js';

const library = koffi.load(null);

/** Each takes and gives plain numbers; buffers are passed without a copy. A negative result means `errno()`. */
export const libc = {
  socket: library.func('int socket(int domain, int type, int protocol)'),
  bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
  getsockname: library.func('int getsockname(int fd, void *address, void *length)'),
  send: library.func('intptr_t send(int fd, const void *buffer, size_t length, int flags)'),
  recv: library.func('intptr_t recv(int fd, void *buffer, size_t length, int flags)'),
  setsockopt: library.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
  poll: library.func('int poll(void *fds, unsigned long count, int timeout)'),
  close: library.func('int close(int fd)'),
  setns: library.func('int setns(int fd, int type)'),
  unshare: library.func('int unshare(int flags)'),
  mount: library.func('int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)'),
  umount2: library.func('int umount2(const char *target, int flags)'),
  linkat: library.func('int linkat(int from, const char *source, int to, const char *target, int flags)'),
  flock: library.func('int flock(int fd, int operation)'),
  statx: library.func('int statx(int directory, const char *path, int flags, unsigned int mask, void *buffer)'),
  fcntl: library.func('int fcntl(int fd, int command, ...)'),
  _exit: library.func('void _exit(int status)'),
} as unknown as Calls;

type In = Uint8Array;
interface Calls {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: In, length: number): number;
  getsockname(fd: number, address: In, length: In): number;
  send(fd: number, buffer: In, length: number, flags: number): number;
  recv(fd: number, buffer: In, length: number, flags: number): number;
  setsockopt(fd: number, level: number, name: number, value: In, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: In, length: In): number;
  poll(fds: In, count: number, timeout: number): number;
  close(fd: number): number;
  setns(fd: number, type: number): number;
  unshare(flags: number): number;
  mount(source: string | null, target: string, type: string | null, flags: number, data: null): number;
  umount2(target: string, flags: number): number;
  linkat(from: number, source: string, to: number, target: string, flags: number): number;
  flock(fd: number, operation: number): number;
  statx(directory: number, path: string, flags: number, mask: number, buffer: In): number;
  fcntl(fd: number, command: number, type: 'int', value: number): number;
  _exit(status: number): void;
}

canLeaveAtOnce((status) => libc._exit(status));

/** The errno of the call just made. */
export function errno(): number {
  return koffi.errno();
}

/** What netlink says beyond what Node's table has (`asm-generic/errno.h`). */
const MORE_NAMES: readonly (readonly [number, string])[] = [
  [49, 'EUNATCH'],
  [54, 'EXFULL'],
  [93, 'EPROTONOSUPPORT'],
  [106, 'EISCONN'],
  [524, 'ENOTSUPP'],
];

/** Linux gives two names to some numbers: EWOULDBLOCK is EAGAIN, EOPNOTSUPP is ENOTSUP. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...MORE_NAMES,
  ...Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
  [constants.errno.EAGAIN, 'EAGAIN'],
  [constants.errno.EOPNOTSUPP, 'EOPNOTSUPP'],
]);

/** `EEXIST` for 17. */
export function errnoName(number: number): string {
  return NAMES.get(number) ?? `errno ${number}`;
}

/** A system call that failed and must not have. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;
  constructor(
    readonly call: string,
    readonly number: number,
    about = '',
  ) {
    super(`${call}${about === '' ? '' : ` ${about}`}: ${errnoName(number)}`);
    this.code = errnoName(number);
  }
}

/** The result of a call that must not fail. */
export function expect(call: string, result: number, about = ''): number {
  if (result < 0) throw new SystemCallError(call, errno(), about);
  return result;
}
