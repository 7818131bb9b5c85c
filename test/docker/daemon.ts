/**
 * A Docker daemon of its own in a private machine: its data, sockets, networks and rules are there and go with it. Needs
 * root, for a daemon makes namespaces, mounts and control groups.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result, World } from '../system/world.js';

export const SOCKET = '/run/docker.sock';
/** The client that Debian has beside its daemon; another one may come first in PATH. */
export const DOCKER = '/usr/bin/docker';
/** An image with busybox (`sh`, `sleep`, `nslookup`, `nc` …) and nothing else. */
export const IMAGE = 'busybox';
const BUSYBOX = '/bin/busybox';
const CGROUPS = '/sys/fs/cgroup';

export class Docker {
  private constructor(
    private readonly world: World,
    private readonly cgroup: string,
  ) {}

  /** Starts dockerd, with more flags if given, and imports the image. */
  static async start(world: World, ...flags: readonly string[]): Promise<Docker> {
    mustBeThere();
    const cgroup = `topo-test-${process.pid}-${Date.now().toString(36)}`;
    world.must(cgroupMounts().join(' && '));
    const folders = ['--data-root', '/run/docker-data', '--exec-root', '/run/docker', '--pidfile', '/run/docker.pid'];
    const command = ['dockerd', ...folders, '-H', `unix://${SOCKET}`, '--cgroup-parent', `/${cgroup}`, ...flags];
    // Into a file: with a pipe it would stop when that is full, for nobody reads it while a test waits for a command.
    const ready = 'API listen on';
    const log = '/run/docker.log';
    const start = `${command.map(quoted).join(' ')} >${log} 2>&1 & until grep -q '${ready}' ${log}; do kill -0 $! || { cat ${log}; exit 1; }; sleep 0.05; done`;
    await world.background(null, ['sh', '-c', `${start}; echo '${ready}'; wait`], ready);
    const docker = new Docker(world, cgroup);
    world.must(`mkdir -p /run/image/bin && cp ${BUSYBOX} /run/image/bin/busybox && ln -s busybox /run/image/bin/sh`);
    docker.shell(`tar -C /run/image -c . | ${DOCKER} import - ${IMAGE}`);
    return docker;
  }

  /** A docker command that has to succeed; gives its output. */
  must(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.try(...args);
    if (status !== 0) throw new Error(`docker ${args.join(' ')}: status ${status}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  try(...args: readonly string[]): Result {
    return this.world.sh([DOCKER, ...args].map(quoted).join(' '), this.environment());
  }

  /** A script in which `docker` is the right one. */
  shell(script: string): string {
    const { status, stdout, stderr } = this.world.sh(`set -e\ndocker() { ${DOCKER} "$@"; }\n${script}`, this.environment());
    if (status !== 0) throw new Error(`status ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  /** The first process of a container, as numbered in the world. */
  pid(container: string): number {
    return Number(this.must('inspect', '--format', '{{.State.Pid}}', container));
  }

  /** What of it is not in the world's namespaces; to be called when the world is gone. */
  async dispose(): Promise<void> {
    await removeCgroups(this.cgroup);
  }

  /** Without the configuration of the user who runs the tests: it may tell of proxies and other machines. */
  environment(): Record<string, string> {
    return { DOCKER_HOST: `unix://${SOCKET}`, DOCKER_CONFIG: this.world.directory };
  }
}

/** Clear words instead of what would fail later; nobody skips because of it. */
function mustBeThere(): void {
  if (process.getuid?.() !== 0) throw new Error('a Docker daemon needs root');
  const missing = [DOCKER, '/usr/sbin/dockerd', BUSYBOX, '/usr/sbin/iptables'].filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`not installed (scripts/setup.sh --tests does): ${missing.join(', ')}`);
}

/** Control groups as the machine has them mounted, for the world's own /sys hides them. */
export function cgroupMounts(): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, target = '', type = '']) => target.startsWith(CGROUPS) && ['cgroup', 'cgroup2'].includes(type))
    .map(([, target = '', type = '', options = '']) => {
      const own = type === 'cgroup' ? `-o ${controllers(options)}` : '';
      return `mkdir -p ${target} && mount -t ${type} ${own} ${type} ${target}`;
    });
  return mounts.some((command) => command.endsWith(` ${CGROUPS}`)) ? mounts : [`mount -t tmpfs tmpfs ${CGROUPS}`, ...mounts];
}

/** `rw,relatime,name=systemd` → `none,name=systemd`; `rw,relatime,cpu,cpuacct` → `cpu,cpuacct`. */
function controllers(options: string): string {
  const own = options
    .split(',')
    .filter((word) => !['rw', 'ro', 'nosuid', 'nodev', 'noexec', 'relatime', 'noatime', 'xattr'].includes(word))
    .filter((word) => !word.startsWith('release_agent='));
  return own.some((word) => word.startsWith('name=')) ? ['none', ...own].join(',') : own.join(',');
}

/** Groups of that name, in all hierarchies, once their last process has ended. */
export async function removeCgroups(name: string): Promise<void> {
  for (let i = 0; i < 50 && !cgroupFolders(name).every(removed); i++) await sleep(100);
}

/** The daemon's group in each hierarchy, innermost folders first. */
function cgroupFolders(name: string): readonly string[] {
  const tops = [
    CGROUPS,
    ...readdirSync(CGROUPS, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(CGROUPS, entry.name)),
  ];
  return tops
    .map((top) => join(top, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => spawnSync('find', [folder, '-depth', '-type', 'd'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean));
}

/** A group can be removed when its last process has ended. */
function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
