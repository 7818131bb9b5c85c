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
echo "$$ $start" >"$dir/pid" || exit 1
exec 3>&- >>"$dir/log" 2>&1
exec "$@"
`;

/** Goes to the folder, and puts before the command what makes it another user's. \`refuse\` is whoever calls it. */
export const PREPARE = `
prepare() {
  cwd=$1 user=$2
  shift 2
  cd "$cwd" 2>/dev/null || refuse "there is no folder $cwd"
  if [ -z "$user" ]; then
    set -- env -i "PATH=$PATH" HOME=/root USER=root "$@"
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
    set -- setpriv --reuid "$uid" --regid "$gid" $groups env -i "PATH=$PATH" "HOME=\${home:-/}" "USER=$name" "$@"
  fi
  run "$@"
}
`;

/**
 * Process 1 of the command's own process namespace: with it all that the command has started ends. It runs the command in
 * the foreground, so that no signal is ignored, and tells how it ended.
 */
export const INIT = `
dir=$1
refuse() {
  echo "$1" >"$dir/said"
  echo 127 >"$dir/exit"
  exit 127
}
run() {
  echo ok >"$dir/said"
  "$@"
  echo $? >"$dir/exit"
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
  "$@"
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

/** The command line that starts it, for a shell that has the three texts in its environment. */
export function starter(key: ProcessKey, definition: ProcessDefinition): readonly string[] {
  const folder = processFolder(key);
  return [
    ...['setsid', '--fork', 'sh', '-c', 'eval "$RECORDED"', 'topo', folder],
    ...within(definition.netns),
    ...[...NAMESPACE, 'sh', '-c', 'eval "$INIT"', 'topo', folder],
  ];
}

/** A line for \`INIT\`, in a file of its own: in a list of processes anybody could read the environment. */
export function commandFile(key: ProcessKey, definition: ProcessDefinition): string {
  return `${['prepare', ...preparation(key, definition)].map(shellQuote).join(' ')}\n`;
}

/** What \`prepare\` takes. */
function preparation({ lab, owner }: ProcessKey, { cwd, user, env, command }: ProcessDefinition): readonly string[] {
  const all = { TOPO_LAB: lab, ...(owner === LAB_ITSELF ? {} : { TOPO_NODE: owner }), ...env };
  return [cwd, user, ...Object.entries(all).map(([name, value]) => `${name}=${value}`), ...commandLine(command)];
}

/** With the namespace's /sys, the files of /etc/netns/NAME and the node's host name. */
export function within(netns: string): readonly string[] {
  return netns === HOST ? [] : ['ip', 'netns', 'exec', netns, ...withHostName(netns)];
}
