/** Bytes of a file → text. */
import type { Diagnostic } from '../model/diagnostic.js';
import { diagnosticOf } from './report.js';

/** Largest file that is taken, in bytes: ten thousand nodes fit in it, and whatever it holds is read in a moment. One byte more is enough to refuse it. */
export const MAX_FILE_BYTES = 1024 * 1024;

export type Decoded = { readonly text: string; readonly problem?: never } | { readonly text: string; readonly problem: Diagnostic };

/** What topo itself writes as a document begins so, and no topology does. */
export const OWN_DOCUMENT = /^\s*\{\s*"format":\s*"(topo-[a-z-]+\/\d+)"/;

/** So much of a file is enough to know one. */
export const BEGINNING_BYTES = 64;

/** UTF-8 with or without a byte order mark; a text that is broken comes with replacement characters and the problem. */
export function decode(file: string, bytes: Uint8Array): Decoded {
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, BEGINNING_BYTES));
  const own = OWN_DOCUMENT.exec(beginning);
  if (own !== null) return { text: beginning, problem: ownDocument(file, own[1]!) };
  if (bytes.length > MAX_FILE_BYTES) return { text: '', problem: tooLarge(file) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes);
    return { text, problem: invalid(file, bytes, text) };
  }
}

function ownDocument(file: string, format: string): Diagnostic {
  const message = `this is no topology, but what topo itself has written (${format})`;
  const at = { file, line: 1, column: 1, length: 1 };
  return diagnosticOf('own-document', message, at, {
    hint: 'topo apply takes what plan --out has saved; else name the topology that it was made from',
  });
}

function tooLarge(file: string): Diagnostic {
  const message = `the file has more than the ${MAX_FILE_BYTES} bytes (1 MiB) that a topology may have`;
  return diagnosticOf('file-too-large', message, { file, line: 1, column: 1, length: 1 }, { hint: 'is it the right file?' });
}

function invalid(file: string, bytes: Uint8Array, text: string): Diagnostic {
  const offset = firstInvalidByte(bytes);
  const before = new TextDecoder('utf-8').decode(bytes.subarray(0, offset)).split('\n');
  const at = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, length: 1 };
  const value = (bytes[offset] ?? 0).toString(16).padStart(2, '0');
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const hint = utf16 || text.includes('\0') ? 'it looks like UTF-16: save it as UTF-8' : 'save the file as UTF-8';
  return diagnosticOf('invalid-utf8', `byte ${offset + 1} of the file (0x${value}) is not UTF-8`, at, { hint });
}

/** The longest prefix that decodes, by halving; a sequence that is merely cut off at the end of a prefix is no error of it. */
function firstInvalidByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1;
    if (decodesAsPrefix(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  while (good > 0 && !decodesWhole(bytes.subarray(0, good))) good -= 1;
  return good;
}

function decodesAsPrefix(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function decodesWhole(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
