import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { kindOf } from '../kinds/index.js';
import { DiagnosticError, type Diagnostic } from '../model/diagnostic.js';
import { automaticIn } from '../networks/pins.js';
import { planBetween } from '../plan/between.js';
import { formatDiagnostics } from '../report/diagnostics.js';
import { decode } from '../topology/decode.js';
import type { TopologyFile } from '../topology/load.js';
import { pathOfPin, type Pin } from '../topology/pin.js';
import { pinAll, type Text, type Texts } from '../topology/pin-files.js';
import type { Context } from './context.js';
import { checkAgain, labOf, type ReadLab } from './lab.js';
import type { PinArguments } from './options.js';
import { readTopologyFile } from './read-file.js';

/** 1 where something automatic stays, or, with `--check`, is found. */
export function run(args: PinArguments, context: Context): number {
  if (args.file === '-') throw failed('conflicting-arguments', 'what comes from standard input cannot be written to', 'name the file');
  const file = readTopologyFile(args.file, context);
  const lab = labOf(file, context);
  const { texts, written, left } = pinAll(textsOf([file.file, ...lab.included], context), automaticIn(lab.topology));
  verify(file, lab, texts, context);
  const changed = [...texts].filter(([, { was, is }]) => was !== is);
  if (!args.check) save(changed, context);
  const lines = written.map((pin) => `${pathOfPin(pin)}: ${pin.keys.map(([key, value]) => `${key} ${value}`).join(', ')}`);
  context.stderr.write(formatDiagnostics(left.map(warning), lab.sources, { color: context.stderrColor }));
  const names = changed.map(([name]) => name).join(', ');
  const end =
    names !== '' ? `${args.check ? 'Not written in' : 'Written to'} ${names}.` : left.length > 0 ? 'Nothing was written.' : NOTHING;
  if (!args.quiet) context.stdout.write(`${[...lines, end].join('\n')}\n`);
  return left.length > 0 || (args.check && written.length > 0) ? 1 : 0;
}

function warning(pin: Pin): Diagnostic {
  const what = pin.section === 'networks' ? 'the subnet' : 'the address';
  const hint = `an alias, an anchor or a merge key says it for several, or a variable names it: write ${what} yourself`;
  return { code: 'not-pinned', severity: 'warning', message: `${what} of ${pathOfPin(pin)} stays automatic`, at: pin.at, hint };
}

const NOTHING = 'Nothing to write: no subnet and no address is automatic.';

function textsOf(names: readonly string[], { cwd }: Context): Texts {
  return new Map(
    names.map((name) => {
      const { text } = decode(name, readFileSync(resolve(cwd, name)));
      return [name, { was: text, is: text }];
    }),
  );
}

/** Nothing is written that asks for another network than before. */
function verify(file: TopologyFile, lab: ReadLab, texts: Texts, context: Context): void {
  const bytesOf = (name: string): Uint8Array | undefined => {
    const text = texts.get(name);
    return text === undefined ? undefined : new TextEncoder().encode(text.is);
  };
  const { include } = file;
  const pinned: TopologyFile = {
    ...file,
    bytes: bytesOf(file.file) ?? file.bytes,
    ...(include === undefined
      ? {}
      : {
          include: (path) => {
            const found = include(path);
            return 'problem' in found ? found : { ...found, bytes: bytesOf(found.file) ?? found.bytes };
          },
        }),
  };
  const { lab: after, diagnostics, sources } = checkAgain(pinned, context);
  if (after === null) throw new DiagnosticError(diagnostics, sources);
  const { actions } = planBetween(after.wanted.state, lab.wanted.state, kindOf);
  if (actions.length > 0)
    throw failed(
      'cannot-pin',
      `written down, ${actions[0]?.id ?? ''} would be another`,
      'nothing was written; write that address yourself',
    );
}

/** All of them, or none where one of them cannot be written. Whoever reads, or is killed, meanwhile has the old text or the new one. */
function save(texts: readonly (readonly [name: string, Text])[], { cwd }: Context): void {
  const drafts: { readonly name: string; readonly path: string; readonly draft: string }[] = [];
  try {
    for (const [name, { is }] of texts) {
      writing(name, () => {
        const path = realpathSync(resolve(cwd, name));
        accessSync(path, constants.W_OK);
        const draft = `${path}.${process.pid}.new`;
        drafts.push({ name, path, draft });
        writeDraft(draft, path, is);
      });
    }
    for (const { name, path, draft } of drafts) writing(name, () => renameSync(draft, path));
  } finally {
    for (const { draft } of drafts) rmSync(draft, { force: true });
  }
}

/** With the same rights, and root leaves it to its owner. */
function writeDraft(draft: string, path: string, text: string): void {
  const { mode, uid, gid } = statSync(path);
  const mark = readFileSync(path).subarray(0, BOM.length).equals(BOM) ? BOM : Buffer.alloc(0);
  writeFileSync(draft, Buffer.concat([mark, Buffer.from(text)]), { mode: 0o600, flag: 'wx', flush: true });
  if (process.geteuid?.() === 0) chownSync(draft, uid, gid);
  chmodSync(draft, mode & 0o7777);
}

function writing(name: string, what: () => void): void {
  try {
    what();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw failed(
      'file-unwritable',
      `${name} cannot be written: ${String(code)}`,
      `see that you may write it, and into its folder: ls -l ${name}`,
    );
  }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const failed = (code: string, message: string, hint: string): DiagnosticError =>
  new DiagnosticError([{ code, severity: 'error', message, hint }]);
