/**
 * Prints how long twenty nodes with a published port each take to be up, beside `docker run` of twenty containers with the same
 * ports: one after another, and eight at a time. Docker is a daemon of its own; everything happens on a private machine.
 * Needs root. `npm run build && npm run bench:docker`.
 */
import { Docker, DOCKER, IMAGE, SOCKET } from '../test/docker/daemon.js';
import { TOPO, World } from '../test/system/world.js';

const NODES = 20;
const AT_ONCE = 8;
const ROUNDS = 3;
const numbers = Array.from({ length: NODES }, (_, i) => i + 1);

const LAB = `
name: bench
networks: { front: { subnet: 10.61.0.0/24 } }
nodes:
${numbers.map((i) => `  n${i}: { networks: [front], ports: ['${8000 + i}:80'] }`).join('\n')}
`;

const RUN = `run --detach --network front --publish $((8000 + $0)):80 --name n$0 ${IMAGE} /bin/busybox sleep infinity`;

/** Milliseconds of a command, which has to succeed. */
async function time(world: World, command: string): Promise<number> {
  const start = performance.now();
  const { status, stdout, stderr } = await world.later(null, command);
  if (status !== 0) throw new Error(`${command}: status ${status}\n${stdout}${stderr}`);
  return performance.now() - start;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function onMachine<T>(work: (world: World) => Promise<T>): Promise<T> {
  const world = await World.create();
  try {
    return await work(world);
  } finally {
    world.dispose();
  }
}

interface Times {
  readonly up: number;
  readonly down: number;
}

async function byTopo(world: World): Promise<Times> {
  world.file('topo.yaml', LAB);
  const topo = `NODE_OPTIONS= ${process.execPath} ${TOPO}`;
  return { up: await time(world, `${topo} apply --yes --quiet`), down: await time(world, `${topo} destroy --yes --quiet`) };
}

async function byDocker(world: World, docker: Docker, atOnce: number): Promise<Times> {
  const command = `export DOCKER_HOST=unix://${SOCKET}; ${DOCKER}`;
  docker.must('network', 'create', '--subnet', '10.62.0.0/24', 'front');
  const up = await time(world, `seq ${NODES} | xargs -P ${atOnce} -n 1 sh -c '${command} ${RUN} >/dev/null'`);
  const down = await time(world, `${command} rm --force $(${command} ps --quiet) >/dev/null`);
  docker.must('network', 'rm', 'front');
  return { up, down };
}

interface Round {
  readonly topo: number;
  readonly serial: number;
  readonly parallel: number;
  readonly topoDown: number;
  readonly dockerDown: number;
}

async function round(): Promise<Round> {
  // Each alone on its machine: Docker's rules would have topo look at them, and the other way round.
  const topo = await onMachine(byTopo);
  let docker: Docker | undefined;
  const { serial, parallel } = await onMachine(async (world) => {
    docker = await Docker.start(world);
    return { serial: await byDocker(world, docker, 1), parallel: await byDocker(world, docker, AT_ONCE) };
  });
  await docker?.dispose();
  return { topo: topo.up, serial: serial.up, parallel: parallel.up, topoDown: topo.down, dockerDown: parallel.down };
}

const rounds: Round[] = [];
for (let i = 0; i < ROUNDS; i++) rounds.push(await round());

function row(what: string, mine: (round: Round) => number, other: (round: Round) => number): void {
  const cells = [median(rounds.map(mine)).toFixed(0), median(rounds.map(other)).toFixed(0)];
  console.log(`| ${what} | ${cells.join(' | ')} | ${median(rounds.map((each) => mine(each) / other(each))).toFixed(2)} |`);
}

console.log('| what | topo, ms | Docker, ms | ratio |\n| --- | --- | --- | --- |');
const { topo, topoDown } = { topo: (each: Round) => each.topo, topoDown: (each: Round) => each.topoDown };
row(`${NODES} nodes with published ports up, beside \`docker run\` one by one`, topo, (each) => each.serial);
row(`the same, beside \`docker run\` ${AT_ONCE} at a time`, topo, (each) => each.parallel);
row(`${NODES} nodes gone, beside \`docker rm --force\` of all`, topoDown, (each) => each.dockerDown);
