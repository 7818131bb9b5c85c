/** Podman in a private machine: it has no daemon, and its images, containers and settings are in the world. */
import { existsSync, readFileSync } from 'node:fs';
import type { Result, World } from '../system/world.js';
import { cgroupMounts, removeCgroups } from './daemon.js';

const NEEDED = ['/usr/bin/podman', '/usr/bin/conmon', '/bin/busybox'];
/** Where Podman puts containers unless it is told otherwise. */
const CGROUP = 'libpod_parent';
/** As Podman names what has no registry in its name. */
export const PODMAN_IMAGE = 'localhost/busybox';

const STORAGE = `[storage]
driver = "vfs"
graphroot = "/run/podman-data"
runroot = "/run/podman"
`;
const ENGINE = `[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "/run/libpod"
`;
/** crun, which Debian's Podman prefers, starts nothing where there are hierarchies of both kinds and the newer one has a controller. */
const OTHER_RUNTIME = 'runtime = "runc"\n';
const UNIFIED_CONTROLLERS = '/sys/fs/cgroup/unified/cgroup.controllers';
const needsOther = (): boolean => existsSync(UNIFIED_CONTROLLERS) && readFileSync(UNIFIED_CONTROLLERS, 'utf8').trim() !== '';

export class Podman {
  private constructor(
    private readonly world: World,
    /** For whoever calls podman. */
    readonly environment: Record<string, string>,
  ) {}

  static start(world: World): Podman {
    const missing = NEEDED.filter((file) => !existsSync(file));
    if (missing.length > 0) throw new Error(`not installed (scripts/setup.sh --tests does): ${missing.join(', ')}`);
    world.must(cgroupMounts().join(' && '));
    const environment = {
      CONTAINERS_STORAGE_CONF: world.file('storage.conf', STORAGE),
      CONTAINERS_CONF: world.file('containers.conf', needsOther() ? ENGINE + OTHER_RUNTIME : ENGINE),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    };
    const podman = new Podman(world, environment);
    world.must('mkdir -p /run/image/bin && cp /bin/busybox /run/image/bin/busybox && ln -s busybox /run/image/bin/sh');
    podman.must('tar -C /run/image -c . | podman import - busybox');
    return podman;
  }

  /** A script that has to succeed; gives its output. */
  must(script: string): string {
    const { status, stdout, stderr } = this.try(script);
    if (status !== 0) throw new Error(`${script}: status ${status}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  try(script: string): Result {
    return this.world.sh(script, this.environment);
  }

  /** What of it is not in the world's namespaces; to be called when the world is gone. */
  dispose(): Promise<void> {
    return removeCgroups(CGROUP);
  }
}
