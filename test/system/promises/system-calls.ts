/** What strace prints of a run of the program, and which of it changes anything. */

/** Those that could: everything that writes, makes, removes, mounts or sends. */
export const TRACED =
  'sendto,sendmsg,sendmmsg,write,writev,pwrite64,pwritev,openat,open,creat,unlink,unlinkat,mkdir,mkdirat,rename,renameat,renameat2,rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate,chmod,fchmod,fchmodat,chown,fchown,mount,umount2,move_mount,fsmount,fsopen,fsconfig,open_tree,mount_setattr,openat2,setxattr,lsetxattr,fsetxattr,removexattr,utimensat,fallocate,sethostname,unshare,setns,mknod,mknodat,ioctl,execve,fork,vfork,kill';

export interface Trace {
  /** What changes, or may change, the machine, in strace's words. */
  readonly mutations: readonly string[];
  /** Netlink messages that only ask. */
  readonly questions: number;
  /** Where the thread went, in order: `net:[INODE]`, or the name's file. */
  readonly setns: readonly string[];
}

const NETLINK = /^(sendto|sendmsg)\(/;
const MESSAGE_TYPE = /nlmsg_type=([^,]+),/g;
/** NFT_MSG_GET* of linux/netfilter/nf_tables.h without those that reset a counter. */
const NFT_QUESTIONS = new Set([1, 4, 7, 10, 13, 16, 19, 23]);
const NFNL_SUBSYS_NFTABLES = 10;

/** The same number as RTM_NEWADDR, which never comes as a dump of that length without asking for an acknowledgement. */
const SOCK_DIAG = /nlmsg_len=72, nlmsg_type=0x14[^,]*, nlmsg_flags=NLM_F_REQUEST\|0x300,/g;

/** By name or, where strace does not know whose socket it is (another namespace's), by number. */
function isQuestion(type: string): boolean {
  if (/^(SOCK_DIAG_BY_FAMILY|RTM_GET\w+|NFNL_SUBSYS_NFTABLES<<8\|NFT_MSG_GET\w+)$/.test(type)) return !type.endsWith('_RESET');
  const number = parseInt(type, 16);
  // rtnetlink(7): new, delete, get, set in turn.
  if (number < 0x100) return number >= 16 && number % 4 === 2;
  return number >> 8 === NFNL_SUBSYS_NFTABLES && NFT_QUESTIONS.has(number & 0xff);
}

/** Lines of `strace -f -yy`, unfinished calls put together. */
export function traceOf(text: string): Trace {
  const mutations: string[] = [];
  let questions = 0;
  const setns: string[] = [];
  for (const call of calls(text)) {
    if (NETLINK.test(call)) {
      const types = [...call.replace(SOCK_DIAG, 'nlmsg_type=SOCK_DIAG_BY_FAMILY,').matchAll(MESSAGE_TYPE)].map(([, type]) => type ?? '');
      const asking = types.filter(isQuestion);
      questions += asking.length;
      if (types.length === 0 || asking.length !== types.length) mutations.push(call);
    } else if (call.startsWith('setns(')) setns.push(/<(.*)>/.exec(call)?.[1] ?? call);
    else if (isMutation(call)) mutations.push(call);
  }
  return { mutations, questions, setns };
}

function calls(text: string): readonly string[] {
  const unfinished = new Map<string, string>();
  const whole: string[] = [];
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(?:\[pid +)?(\d+)?\]? *(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) unfinished.set(pid, rest.replace(/ *<unfinished \.\.\.>$/, ''));
    else if (rest.startsWith('<...')) whole.push((unfinished.get(pid) ?? '') + rest.replace(/^<\.\.\. \w+ resumed>/, ''));
    else if (/^\w+\(/.test(rest)) whole.push(rest);
  }
  return whole;
}

/** Files that are written: terminals, pipes, eventfds and what the process has of its own are no matter. */
const HARMLESS_TARGET = /^(?:write|writev|pwrite64|ioctl)\(\d+<(?:pipe:|anon_inode:|\/dev\/(?:null|tty|pts\/)|socket:|UNIX|\/proc\/self\/)/;

function isMutation(call: string): boolean {
  if (/^(openat2?|open)\(/.test(call))
    return /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND/.test(call) && !/"\/dev\/(null|tty|ptmx)|<\/dev\/(null|tty)/.test(call);
  if (/^(write|writev|pwrite64|ioctl)\(/.test(call)) return !HARMLESS_TARGET.test(call) && !isQuery(call);
  if (/^(fork|vfork|execve|kill)\(/.test(call)) return false;
  return true;
}

/** ioctls that ask, on any kind of file. */
const isQuery = (call: string): boolean =>
  /^ioctl\(.*, (TCGETS|FIOCLEX|FIONCLEX|FIONBIO|TIOCGWINSZ|TIOCGPGRP|FIONREAD|SIOCGIFINDEX|TUNGETIFF|TCGETS2)/.test(call);
