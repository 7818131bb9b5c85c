/** How a process is started, as text for a POSIX shell. */
import { commandLine, LAB_ITSELF, processFolder, type ProcessDefinition, type ProcessKey } from '../../model/process.js';
import { HOST } from '../../model/state.js';
import { withHostName } from '../node-files/host-name.js';
import { shellQuote } from '../shell-quote.js';

/** Where programs are looked for, as Docker has it. */
export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Writes down who it is, then becomes what starts the command: the number stays the same. Descriptor 3 is the turn
 * (`turn.ts`), given back once the record stands.
 */
export const RECORDED = `
dir=$1
shift
start_time() { start=\${20}; }
IFS= read -r line </proc/$$/stat
start_time \${line##*) }
# Root's alone, and the command keeps the mask that it has.
(umask 077 && echo "$$ $start" >"$dir/pid" && : >>"$dir/log") || exit 1
exec 3>&- >>"$dir/log" 2>&1
exec "$@"
`;

/** A log that has grown so long becomes the older one, `log.1`; with what is written anew it is twice as much that is kept at most. */
export const LOG_BYTES = 1 << 20;

/** What could not be written for want of memory; so much of the output is left out before it is tried again. */
const LEFT_OUT_BYTES = 1 << 16;

/**
 * Runs the rest of its arguments, and writes what they say to the log; ends when both have ended. The folder is where it stands, for its
 * name changes with the node's. `head` would keep back what fills no buffer.
 */
export const LOGGED = `
dir=$1
shift
exec >/dev/null 2>&1
"$@" 2>&1 | {
  cd "$dir" || exit
  umask 077
  # Part of GNU coreutils: without it the log has what was written some kilobytes late.
  head=head
  ! command -v stdbuf || head='stdbuf -o0 head'
  goes_on=true
  while $goes_on; do
    size=$(wc -c <log) || size=0
    if [ "$size" -ge ${LOG_BYTES} ]; then
      mv -f log log.1
      size=0
    fi
    $head -c $((${LOG_BYTES} - size)) >>log
    status=$?
    if [ $status -eq 0 ]; then
      [ "$(wc -c <log)" -ge ${LOG_BYTES} ] || goes_on=false
    elif [ $status -lt 128 ]; then
      [ "$(head -c ${LEFT_OUT_BYTES} | wc -c)" -gt 0 ] || goes_on=false
    fi
  done
}
`;

/**
 * Goes to the folder, and puts before the command what makes it another user's. \`refuse\`, \`run\` and \`environment\` are whoever
 * calls it. The environment is exported by a shell that becomes the command: as words of \`env\` anybody could read it.
 */
export const PREPARE = `
prepare() {
  cwd=$1 user=$2
  shift 2
  cd "$cwd" 2>/dev/null || refuse "there is no folder $cwd"
  if [ -z "$user" ]; then
    home=/root name=root
  else
    name=\${user%%:*} group=
    case $user in *:*) group=\${user#*:} ;; esac
    groups=--clear-groups
    if uid=$(id -u "$name" 2>/dev/null); then
      gid=$(id -g "$name")
      [ -n "$group" ] || groups=--init-groups
    else
      case $name in *[!0-9]* | '') refuse "there is no user $name" ;; esac
      uid=$name gid=$name
    fi
    if [ -n "$group" ]; then
      gid=$(getent group "$group" | cut -d: -f3)
      case $gid$group in *[!0-9]*) [ -n "$gid" ] || refuse "there is no group $group" ;; esac
      gid=\${gid:-$group}
    fi
    home=$(getent passwd "$uid" | cut -d: -f6)
    setpriv --reuid "$uid" --regid "$gid" $groups true 2>/dev/null || refuse "nobody can be user $uid with group $gid here"
    set -- "$(command -v setpriv)" --reuid "$uid" --regid "$gid" $groups -- "$@"
  fi
  export "HOME=\${home:-/}" "USER=$name"
  run "$@"
}
become() {
  unset RECORDED LOGGED INIT ONCE COMMAND dir cwd user name group groups uid gid home PWD OLDPWD SHLVL
  environment
  exec "$@"
}
`;

/**
 * Process 1 of the command's own process namespace: with it all that the command has started ends. It runs the command in
 * the foreground, so that no signal is ignored, and tells how it ended.
 */
export const INIT = `
dir=$1
refuse() {
  umask 077
  echo "$1" >"$dir/said"
  echo 127 >"$dir/exit"
  exit 127
}
run() {
  (umask 077 && echo ok >"$dir/said")
  (become "$@")
  status=$?
  umask 077
  echo $status >"$dir/exit"
}
${PREPARE}
. "$dir/command"
`;

/** The same for a command that is run once and waited for. */
export const ONCE = `
refuse() {
  echo "$1" >&2
  exit 127
}
run() {
  (become "$@")
  exit $?
}
${PREPARE}
eval "$COMMAND"
`;

/** The command line that runs it, for a shell that has \`ONCE\` and \`COMMAND\` in its environment. */
export function once({ netns }: ProcessDefinition): readonly string[] {
  return [...within(netns), ...NAMESPACE, 'sh', '-c', 'eval "$ONCE"', 'topo'];
}

/** With its process 1 all in it ends, and that one with its parent. */
const NAMESPACE = ['unshare', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];

/** The command line that starts it, for a shell that has `RECORDED`, `LOGGED` and `INIT` in its environment. */
export function starter(key: ProcessKey, definition: ProcessDefinition): readonly string[] {
  const folder = processFolder(key);
  return [
    ...['setsid', '--fork', 'sh', '-c', 'eval "$RECORDED"', 'topo', folder],
    ...within(definition.netns),
    ...['sh', '-c', 'eval "$LOGGED"', 'topo', folder],
    // With whom it is recorded as it ends.
    ...['setpriv', '--pdeathsig', 'KILL', ...NAMESPACE, 'sh', '-c', 'eval "$INIT"', 'topo', folder],
  ];
}

/** Lines for `INIT`, in a file of their own: in a list of processes anybody could read the environment. */
export function commandFile({ lab, owner }: ProcessKey, { cwd, user, env, command }: ProcessDefinition): string {
  const all = { TOPO_LAB: lab, ...(owner === LAB_ITSELF ? {} : { TOPO_NODE: owner }), ...env };
  const exports = Object.entries(all).map(([name, value]) => `export ${exported(name)}=${shellQuote(value)}`);
  return ['environment() {', ...exports, '}', ['prepare', cwd, user, ...commandLine(command)].map(shellQuote).join(' '), ''].join('\n');
}

/** Whatever was checked before: this is a line of a script. */
function exported(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new RangeError(`not a variable that a shell can export: ${JSON.stringify(name)}`);
  return name;
}

/** With the namespace's /sys, the files of /etc/netns/NAME and the node's host name. */
export function within(netns: string): readonly string[] {
  return netns === HOST ? [] : ['ip', 'netns', 'exec', netns, ...withHostName(netns)];
}
