/** A chain as the kernel tells it: `hook` is what `chainHookText` says of one of ours, and more for one that was changed. */
import { ATTRIBUTE_HEADER, attributeEnd, attributeString, attributeType, type Bytes, nextAttribute } from '../message.js';
import { numberAt, payloadHex } from './attributes.js';
import { CHAIN, CHAIN_BASE, HOOK, HOOK_NAMES, NF_ACCEPT, NF_DROP } from './protocol.js';
import { userDataAt } from './user-data.js';

export interface ChainPart {
  readonly table: string;
  readonly name: string;
  readonly hook: string;
}

/** What a chain has beyond its hook (a policy other than accept, a device, flags, a comment) is told in `hook` too. */
export function parseChain(bytes: Bytes, start: number, end: number): ChainPart {
  const chain: Chain = { table: '', name: '', type: '', hook: '', policy: NF_ACCEPT, more: '' };
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) readChainAttribute(bytes, at, chain);
  const base = chain.hook === '' ? '' : `type ${chain.type} hook ${chain.hook}; policy ${policyName(chain.policy)};`;
  return { table: chain.table, name: chain.name, hook: `${base}${chain.more}`.trim() };
}

interface Chain {
  table: string;
  name: string;
  type: string;
  hook: string;
  policy: number;
  more: string;
}

function readChainAttribute(bytes: Bytes, at: number, chain: Chain): void {
  switch (attributeType(bytes.view, at)) {
    case CHAIN.table:
      chain.table = attributeString(bytes, at);
      break;
    case CHAIN.name:
      chain.name = attributeString(bytes, at);
      break;
    case CHAIN.type:
      chain.type = attributeString(bytes, at);
      break;
    case CHAIN.hook:
      chain.hook = hookText(bytes, at + ATTRIBUTE_HEADER, attributeEnd(bytes.view, at));
      break;
    case CHAIN.policy:
      chain.policy = numberAt(bytes, at);
      break;
    case CHAIN.flags:
      chain.more += flagsText(numberAt(bytes, at) & ~CHAIN_BASE);
      break;
    case CHAIN.counters:
      chain.more += ' counter;';
      break;
    case CHAIN.userData:
      chain.more += commentText(userDataAt(bytes, at).comment);
      break;
  }
}

function hookText(bytes: Bytes, start: number, end: number): string {
  let hook = '';
  let priority = 0;
  let devices = '';
  for (let at = start; at < end; at = nextAttribute(bytes.view, at)) {
    const type = attributeType(bytes.view, at);
    if (type === HOOK.number) hook = HOOK_NAMES[numberAt(bytes, at)] ?? `number ${numberAt(bytes, at)}`;
    else if (type === HOOK.priority) priority = bytes.view.getInt32(at + ATTRIBUTE_HEADER);
    else if (type === HOOK.device) devices += ` device "${attributeString(bytes, at)}"`;
    else if (type === HOOK.devices) devices += ` devices ${payloadHex(bytes, at)}`;
  }
  return `${hook}${devices} priority ${priority}`;
}

function policyName(policy: number): string {
  return policy === NF_ACCEPT ? 'accept' : policy === NF_DROP ? 'drop' : String(policy);
}

function flagsText(flags: number): string {
  return flags === 0 ? '' : ` flags ${flags};`;
}

function commentText(comment: string): string {
  return comment === '' ? '' : ` comment "${comment}";`;
}
