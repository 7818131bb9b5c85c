/**
 * In a user namespace that an ordinary user has made, setgroups(2) is forbidden (user_namespaces(7)), and programs that set
 * their groups before anything else (tcpdump) give up. There are no other groups to be in there, so that the call may just as
 * well succeed without being made: a filter of system calls (seccomp(2)) sees to that, for this process and its children.
 */
import koffi from 'koffi';
import { readFileSync } from 'node:fs';

interface Machine {
  /** AUDIT_ARCH_… of linux/audit.h. */
  readonly audit: number;
  /** Number of setgroups(2). */
  readonly setgroups: number;
}

const MACHINES: { readonly [arch: string]: Machine } = {
  x64: { audit: 0xc000003e, setgroups: 116 },
  arm64: { audit: 0xc00000b7, setgroups: 159 },
};

const [PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER] = [38, 22, 2];
const [ALLOW, SUCCEED] = [0x7fff0000, 0x00050000];
const [LOAD_WORD, JUMP_IF_EQUAL, RETURN] = [0x20, 0x15, 0x06];

/** From now on setgroups succeeds where it is forbidden; elsewhere nothing is changed. */
export function letSetgroupsPass(): void {
  const machine = MACHINES[process.arch];
  if (machine === undefined || !isForbidden()) return;
  // struct seccomp_data: the number of the call at 0, the architecture at 4.
  const filter = program([
    [LOAD_WORD, 0, 0, 4],
    [JUMP_IF_EQUAL, 0, 3, machine.audit],
    [LOAD_WORD, 0, 0, 0],
    [JUMP_IF_EQUAL, 0, 1, machine.setgroups],
    [RETURN, 0, 0, SUCCEED],
    [RETURN, 0, 0, ALLOW],
  ]);
  koffi.struct('sock_fprog', { len: 'uint16_t', filter: 'const void *' });
  const library = koffi.load(null);
  const prctl = library.func('int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)');
  const filtered = library.func('prctl', 'int', ['int', 'unsigned long', 'sock_fprog *']);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  filtered(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, { len: filter.length / 8, filter });
}

function isForbidden(): boolean {
  try {
    return readFileSync('/proc/self/setgroups', 'utf8').trim() === 'deny';
  } catch {
    return false;
  }
}

/** struct sock_filter: code, where to go on if true and if false, operand. */
function program(instructions: readonly (readonly [code: number, ifTrue: number, ifFalse: number, operand: number])[]): Buffer {
  const buffer = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([code, ifTrue, ifFalse, operand], i) => {
    buffer.writeUInt16LE(code, i * 8);
    buffer.writeUInt8(ifTrue, i * 8 + 2);
    buffer.writeUInt8(ifFalse, i * 8 + 3);
    buffer.writeUInt32LE(operand, i * 8 + 4);
  });
  return buffer;
}
