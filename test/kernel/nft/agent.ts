/**
 * Runs inside a private network namespace: takes steps as JSON on the standard input, prints what became of each.
 * With an argument it reads the table of that name over and over instead, until the standard input ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { attributeEnd, attributeType, type Bytes, MessageWriter, nextAttribute, NLM_F_DUMP } from '../../../src/kernel/netlink/message.js';
import { writeFamily } from '../../../src/kernel/netlink/nft/attributes.js';
import { readTable } from '../../../src/kernel/netlink/nft/dump.js';
import { GENERIC_HEADER, NFPROTO_INET, NFT, RULE } from '../../../src/kernel/netlink/nft/protocol.js';
import { sendTransaction } from '../../../src/kernel/netlink/nft/send.js';
import { encodeDelete, encodeReplace } from '../../../src/kernel/netlink/nft/transaction.js';
import { NETLINK_NETFILTER, NetlinkSocket } from '../../../src/kernel/netlink/socket.js';
import type { NftTable } from '../../../src/model/operation.js';

export type Step =
  | { readonly do: 'replace'; readonly table: NftTable; readonly commit: boolean }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'read'; readonly name: string }
  | { readonly do: 'nft'; readonly input: string }
  | { readonly do: 'list' }
  /** Expressions and user data of all rules of the namespace, as the kernel's own bytes. */
  | { readonly do: 'bytes' }
  /** Replaces by one and the other while another process reads. */
  | { readonly do: 'race'; readonly tables: readonly [NftTable, NftTable]; readonly rounds: number }
  | { readonly do: 'time'; readonly table: NftTable };

const socket = new NetlinkSocket(NETLINK_NETFILTER);

async function run(step: Step): Promise<unknown> {
  switch (step.do) {
    case 'replace':
      return sendTransaction(socket, encodeReplace(step.table, step.commit));
    case 'delete':
      return sendTransaction(socket, encodeDelete(step.name, true));
    case 'read':
      return readTable(socket, step.name);
    case 'nft': {
      const { status, stderr } = spawnSync('nft', ['-f', '-'], { input: step.input, encoding: 'utf8' });
      return { status, stderr };
    }
    case 'list':
      return spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' }).stdout;
    case 'bytes':
      return ruleBytes();
    case 'race':
      return race(step.tables, step.rounds);
    case 'time':
      return time(step.table);
  }
}

function ruleBytes(): string[] {
  const rules: string[] = [];
  const writer = new MessageWriter();
  writer.begin(NFT.getRule, NLM_F_DUMP);
  writeFamily(writer, NFPROTO_INET);
  writer.end();
  socket.exchange(writer.bytes, writer.length, (bytes, _type, start, end) => rules.push(bytesOfRule(bytes, start + GENERIC_HEADER, end)));
  return rules;
}

function bytesOfRule(bytes: Bytes, start: number, end: number): string {
  const parts: string[] = [];
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === RULE.expressions || type === RULE.userData) parts.push(bytes.buffer.toString('hex', at, attributeEnd(bytes.view, at)));
  }
  return parts.join(' ');
}

async function race(tables: readonly [NftTable, NftTable], rounds: number): Promise<unknown> {
  sendTransaction(socket, encodeReplace(tables[0], true));
  const reader = spawn(process.execPath, [process.argv[1] ?? '', tables[0].name], { stdio: ['pipe', 'pipe', 'inherit'] });
  let printed = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(reader.stdout, 'data');
  for (let i = 0; i < rounds; i++) {
    sendTransaction(socket, encodeReplace(tables[i % 2 === 0 ? 1 : 0], true));
    await new Promise(setImmediate);
  }
  reader.stdin.end();
  await once(reader, 'close');
  return JSON.parse(printed.slice(printed.indexOf('{')));
}

/** How many times which list of rules was seen; `null` for no table. */
async function readOn(name: string): Promise<void> {
  const seen: Record<string, number> = {};
  process.stdin.resume();
  process.stdout.write('ready\n');
  while (!process.stdin.readableEnded) {
    const table = readTable(socket, name);
    const what = table === null ? 'null' : table.chains.map(({ rules }) => rules.map(({ text }) => text).join('; ')).join(' | ');
    seen[what] = (seen[what] ?? 0) + 1;
    await new Promise(setImmediate);
  }
  process.stdout.write(JSON.stringify(seen));
}

function time(table: NftTable): Record<string, number> {
  const milliseconds = (act: () => unknown): number => {
    const start = performance.now();
    act();
    return performance.now() - start;
  };
  const best = (act: () => unknown): number => Math.min(...Array.from({ length: 5 }, () => milliseconds(act)));
  return {
    bytes: encodeReplace(table, true).messages.length,
    encode: best(() => encodeReplace(table, true)),
    check: best(() => sendTransaction(socket, encodeReplace(table, false))),
    commit: best(() => sendTransaction(socket, encodeReplace(table, true))),
    read: best(() => readTable(socket, table.name)),
    absent: best(() => readTable(socket, 'absent')),
  };
}

const [, , toRead] = process.argv;
if (toRead !== undefined) await readOn(toRead);
else {
  const results: unknown[] = [];
  for (const step of JSON.parse(readFileSync(0, 'utf8')) as Step[]) results.push(await run(step));
  process.stdout.write(JSON.stringify(results));
}
