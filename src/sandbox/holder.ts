import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { childrenOf, identify, type ProcessIdentity } from './process-identity.js';
import { missingProgram, refusal } from './refusal.js';

/**
 * Process 1 of a sandbox. It makes the folders that network namespaces need private, says so, and then reaps what is left
 * to it; a bare `sleep` would leave zombies.
 */
const INIT = `
set -e
# Often a link into /run, which is about to be empty.
resolv_conf=$(readlink -f /etc/resolv.conf || :)
resolvers=$(cat /etc/resolv.conf 2>/dev/null || :)
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/netns /run/topo
# Where /sys is covered in part, as in containers, the kernel refuses a new one; nothing here depends on it.
mount -t sysfs sysfs /sys 2>/dev/null || :
if [ -d /etc/netns ]; then
  mount -t tmpfs tmpfs /etc/netns
else
  mkdir -p /run/topo/etc/upper /run/topo/etc/work
  if mount -t overlay -o lowerdir=/etc,upperdir=/run/topo/etc/upper,workdir=/run/topo/etc/work,userxattr overlay /etc 2>/dev/null; then
    mkdir /etc/netns
  else
    # As far as it can be read.
    mkdir /run/topo/etc/copy
    cp -R -P /etc/. /run/topo/etc/copy 2>/dev/null || :
    mkdir /run/topo/etc/copy/netns
    mount --bind /run/topo/etc/copy /etc
  fi
fi
case $resolv_conf in /run/*)
  mkdir -p "\${resolv_conf%/*}"
  printf '%s\\n' "$resolvers" > "$resolv_conf"
esac
ip link set lo up
echo ready
exec >/dev/null 2>&1
while :; do sleep 86400 & wait $!; done
`;

const READY = 'ready\n';

export interface Holder extends ProcessIdentity {
  readonly userNamespace: boolean;
}

/** Starts a holder that outlives this process. Root does without a user namespace where there is none to be had. */
export async function startHolder(name: string, path: string, uid: number): Promise<Holder> {
  const first = await tryToStart(name, path, true);
  if (typeof first !== 'string') return { ...first, userNamespace: true };
  if (uid !== 0) throw refusal(first, readSysctl);
  const second = await tryToStart(name, path, false);
  if (typeof second === 'string') throw refusal(second, () => null);
  return { ...second, userNamespace: false };
}

/** The process, or what was complained of. */
function tryToStart(name: string, path: string, userNamespace: boolean): Promise<ProcessIdentity | string> {
  const user = userNamespace ? ['--user', '--map-root-user'] : [];
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--propagation', 'private'];
  const child = spawn('unshare', [...user, ...namespaces, 'sh', '-c', 'eval "$INIT"', 'topo-sandbox', name], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    // In a list of processes it is one short line: `sh -c eval "$INIT" topo-sandbox NAME`.
    env: { PATH: path, INIT },
  });
  return new Promise((resolve, reject) => {
    let said = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said !== READY) return;
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve(identify(childrenOf(child.pid!)[0] ?? 0) ?? 'it ended at once');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? missingProgram('unshare', 'util-linux') : error));
    child.on('close', () => resolve(complaint === '' ? 'it ended at once' : complaint));
  });
}

function readSysctl(key: string): string | null {
  try {
    return readFileSync(`/proc/sys/${key.replaceAll('.', '/')}`, 'utf8').trim();
  } catch {
    return null;
  }
}
