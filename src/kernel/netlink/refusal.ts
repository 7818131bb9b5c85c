/** What is told of a refusal: the kernel's sentence, or topo's own where the kernel gives none. */
import type { Operation } from '../../model/operation.js';
import type { Outcome } from '../kernel.js';
import { errnoName } from './libc.js';
import type { Reply } from './socket.js';

/** What an errno means for an operation that the kernel refuses without a word (seen on 6.18). */
const SENTENCES: { readonly [operation: string]: { readonly [errno: string]: string } } = {
  'netns-add': { EEXIST: 'a network namespace with that name exists already' },
  'node-files-link': { EEXIST: 'something else stands in /etc/netns under that name' },
  'link-add': {
    EEXIST: 'a link with that name exists already',
    EBUSY: 'the master does not take this link',
    EXFULL: 'the bridge has no port left: it takes 1023',
    ELOOP: 'the master is itself a port of another bridge',
    ERANGE: 'the name of the link is too long',
  },
  'link-set': {
    ENODEV: 'there is no link with that name, or no master with that name',
    EXFULL: 'the bridge has no port left: it takes 1023',
    EADDRNOTAVAIL: 'not an address that this link can have',
    EOPNOTSUPP: 'this link does not have that setting',
    EBUSY: 'the link is in use, by another master or otherwise',
  },
  'link-delete': { EOPNOTSUPP: 'the kernel does not let this link be deleted' },
  'group-delete': { EOPNOTSUPP: 'the group holds a link that the kernel does not let be deleted' },
  'altname-add': { EEXIST: 'that name is taken by another link', ENODEV: 'there is no link with that name' },
  'altname-delete': { ENODEV: 'there is no link with that name' },
  'address-add': {
    EEXIST: 'the link has that address already',
    ENODEV: 'there is no link with that name',
    EACCES: 'IPv6 is disabled on the link',
  },
  'address-replace': { ENODEV: 'there is no link with that name', EACCES: 'IPv6 is disabled on the link' },
  'route-add': {
    EEXIST: 'a route to that destination exists already',
    ENETUNREACH: 'the gateway cannot be reached from here',
    EHOSTUNREACH: 'the gateway cannot be reached from here',
    ENETDOWN: 'the link is down',
    ENODEV: 'there is no link with that name',
  },
  'route-replace': {
    ENETUNREACH: 'the gateway cannot be reached from here',
    ENETDOWN: 'the link is down',
    ENODEV: 'there is no link with that name',
  },
  'rule-add': { EEXIST: 'that rule exists already' },
  'neighbour-set': { ENODEV: 'there is no link with that name', EINVAL: 'the link does not take neighbours' },
  'fdb-set': { ENODEV: 'there is no link with that name', EOPNOTSUPP: 'the link is no vxlan link' },
  'fdb-append': { EEXIST: 'that entry exists already', ENODEV: 'there is no link with that name' },
  'qdisc-set': { ENODEV: 'there is no link with that name', ENOENT: 'this kernel has no token bucket (sch_tbf)' },
  'sysctl-set': {
    ENOENT: 'this kernel has no such setting here',
    EINVAL: 'the setting does not take that value',
    EACCES: 'the setting cannot be written',
    EPERM: 'the setting cannot be written',
    EROFS: '/proc/sys is mounted read-only here: in a container, it takes --privileged',
  },
  'nft-delete': { ENOENT: 'there is no table with that name' },
};

/** What holds for any operation. */
const GENERAL: { readonly [errno: string]: string } = {
  EPERM: 'not permitted: it takes CAP_NET_ADMIN',
  ENODEV: 'there is no such link',
  ENOENT: 'it does not exist',
  EEXIST: 'it exists already',
  EINVAL: 'the kernel finds the request invalid',
  EOPNOTSUPP: 'this kernel does not support it',
  ENOTSUP: 'this kernel does not support it',
  ENOMEM: 'the kernel has no memory left',
  ENOBUFS: 'the kernel has no memory left',
  ENFILE: 'too many files are open on this machine',
  EMFILE: 'the process has too many files open',
  ENOSPC: 'the kernel has no room left',
};

const OK: Outcome = { ok: true };

export function refused(op: Operation['op'], errno: string, sentence = ''): Outcome {
  const own = SENTENCES[op]?.[errno] ?? GENERAL[errno] ?? errno;
  return { ok: false, errno, message: sentence === '' ? own : sentence };
}

/** Deleting aims at absence: that a thing is gone already is no failure. ESRCH: route, EADDRNOTAVAIL: address, the rest: link or entry. */
const GONE: { readonly [operation: string]: readonly string[] } = {
  'link-delete': ['ENODEV'],
  'group-delete': ['ENODEV'],
  'altname-delete': ['ENOENT', 'ENODEV'],
  'address-delete': ['EADDRNOTAVAIL', 'ENODEV'],
  'route-delete': ['ESRCH', 'ENODEV', 'ENOENT'],
  'rule-delete': ['ENOENT', 'ESRCH'],
  'neighbour-delete': ['ENOENT', 'ENODEV'],
  'fdb-delete': ['ENOENT', 'ENODEV'],
  // ENOENT: there is none but the kernel's own.
  'qdisc-delete': ['ENOENT', 'ENODEV'],
  'netns-delete': ['ENOENT'],
  'nft-delete': ['ENOENT'],
};

/** What aims at presence. */
const THERE: { readonly [operation: string]: readonly string[] } = { 'rule-ensure': ['EEXIST'] };

/** What became of an operation, from the reply to its message. */
export function outcomeOf(op: Operation['op'], reply: Pick<Reply, 'errno' | 'sentence'>): Outcome {
  if (reply.errno === 0) return OK;
  const errno = errnoName(reply.errno);
  return (GONE[op] ?? THERE[op])?.includes(errno) === true ? OK : refused(op, errno, reply.sentence);
}

/**
 * A system call or a file operation that failed, as the outcome of an operation. Anything else is a broken invariant: that one is
 * an outcome too, so that what was done before it is undone as after any refusal.
 */
export function refusalOf(error: unknown, op: Operation['op'] = 'netns-add'): Outcome {
  const fault = error instanceof Error ? error : new Error(String(error));
  const { code } = fault as { code?: unknown };
  if (typeof code === 'string') return { ok: false, errno: code, message: SENTENCES[op]?.[code] ?? fault.message };
  return { ok: false, errno: FAULT, message: `this should not have happened: ${fault.message}`, fault };
}

/** Instead of an errno. */
const FAULT = 'EINTERNAL';

/** Nothing is left to delete in a namespace that is not there. */
export function absent({ op, netns }: Operation): Outcome {
  if (op.endsWith('-delete')) return OK;
  return refused(op, 'ENOENT', `there is no network namespace named ${netns}`);
}
