/** A saved plan with some of its bytes, or some of its values, changed. */
import { hostileJson, type Json } from './plan-grammar.js';
import type { Random } from './random.js';
import { NAMES } from './scalars.js';

/** Some bytes are others, gone, there twice, or those of another place. */
export function mutateBytes(text: Buffer, random: Random): Buffer {
  let bytes = text;
  for (let i = 0; i <= random.below(4); i++) {
    const start = random.below(bytes.length + 1);
    const end = Math.min(bytes.length, start + random.below(random.chance(0.2) ? bytes.length : 8));
    const from = random.below(bytes.length + 1);
    const others = [
      Buffer.from([random.below(256)]),
      Buffer.from(random.pick(['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0000', 'null', '1e999', '-', ' ', '\n', '\ufeff'])),
      Buffer.alloc(0),
      bytes.subarray(from, from + random.below(64)),
      Buffer.concat([bytes.subarray(start, end), bytes.subarray(start, end)]),
    ];
    bytes = Buffer.concat([bytes.subarray(0, start), random.pick(others), bytes.subarray(end)]);
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

type Parent = Json[] | { [key: string]: Json };

/** Some values are others, gone, elsewhere, or have another name. */
export function mutateValues(text: string, random: Random): string {
  const document = JSON.parse(text) as Json;
  for (let i = 0; i <= random.below(4); i++) {
    const places = placesIn(document);
    if (places.length === 0) break;
    change(random.pick(places), random.pick(places), random);
  }
  return JSON.stringify(document);
}

interface Place {
  readonly parent: Parent;
  readonly key: string;
}

function placesIn(value: Json): readonly Place[] {
  const found: Place[] = [];
  const walk = (inner: Json): void => {
    if (inner === null || typeof inner !== 'object') return;
    for (const key of Object.keys(inner)) {
      found.push({ parent: inner as Parent, key });
      walk((inner as { [key: string]: Json })[key]!);
    }
  };
  walk(value);
  return found;
}

function change({ parent, key }: Place, other: Place, random: Random): void {
  const target = parent as { [key: string]: Json };
  const was = target[key] ?? null;
  const elsewhere = (other.parent as { [key: string]: Json })[other.key] ?? null;
  switch (random.below(7)) {
    case 0:
      target[key] = hostileJson(random);
      return;
    case 1:
      // A copy: what contains itself is no JSON.
      target[key] = JSON.parse(JSON.stringify(elsewhere)) as Json;
      return;
    case 2:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else Reflect.deleteProperty(target, key);
      return;
    case 3:
      if (Array.isArray(parent)) parent.push(JSON.parse(JSON.stringify(was)) as Json);
      else define(target, random.pick(NAMES), JSON.parse(JSON.stringify(was)) as Json);
      return;
    case 4:
      if (Array.isArray(parent)) parent.reverse();
      else {
        Reflect.deleteProperty(target, key);
        define(target, random.pick(NAMES), was);
      }
      return;
    case 5:
      target[key] =
        typeof was === 'string'
          ? `${was}${random.pick(NAMES)}`
          : typeof was === 'number'
            ? was + 1
            : typeof was === 'boolean'
              ? !was
              : [was];
      return;
    default:
      target[key] = random.chance(0.5) ? String(was) : random.pick([was, null]);
  }
}

/** A name such as `__proto__` too. */
const define = (target: object, name: string, value: Json): void =>
  void Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
