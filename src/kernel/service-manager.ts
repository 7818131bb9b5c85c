/** Tells systemd how a service does (sd_notify(3)): a datagram to a socket, which Node cannot send. */
import { errnoName, errno, libc } from './netlink/libc.js';
import { libcEvents } from './netlink/libc-events.js';
import { allocate } from './netlink/message.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;

/** `address`: NOTIFY_SOCKET, a path or, with an @ before it, an abstract name. Gives why it was not told; null: it was. */
export function tellServiceManager(address: string, lines: readonly string[]): string | null {
  const name = Buffer.from(address);
  if (name[0] === 0x40) name[0] = 0;
  const place = allocate(2 + name.length + (name[0] === 0 ? 0 : 1));
  place.view.setUint16(0, AF_UNIX, true);
  place.buffer.set(name, 2);
  const text = Buffer.from(lines.join('\n'));
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errnoName(errno());
  try {
    if (libcEvents.connect(fd, place.buffer, place.buffer.length) < 0) return errnoName(errno());
    return libc.send(fd, text, text.length, MSG_NOSIGNAL) < 0 ? errnoName(errno()) : null;
  } finally {
    libc.close(fd);
  }
}
