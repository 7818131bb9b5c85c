/** A machine with a Docker daemon of its own, for labs with containers. */
import { World } from '../system/world.js';
import { Docker } from './daemon.js';

export interface DockerWorld {
  readonly world: World;
  readonly docker: Docker;
  /** The program, which has to end with status 0. */
  topo(...args: readonly string[]): string;
  dispose(): Promise<void>;
}

/** The daemon makes no networks of its own unless flags say so: it is there for containers. */
export async function dockerWorld(...flags: readonly string[]): Promise<DockerWorld> {
  const world = await World.create();
  // The daemon keeps a key there.
  world.must('mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker');
  const docker = await Docker.start(world, ...(flags.length > 0 ? flags : ['--bridge=none', '--iptables=false']));
  const environment = { ...docker.environment(), PATH: `/usr/sbin:/usr/bin:/sbin:/bin` };
  return {
    world,
    docker,
    topo: (...args) => {
      const { status, stdout, stderr } = world.topo(args, environment);
      if (status !== 0) throw new Error(`topo ${args.join(' ')}: status ${status}\n${stdout}${stderr}`);
      return stdout;
    },
    dispose: async () => {
      world.dispose();
      await docker.dispose();
    },
  };
}
