import { ETC_NETNS, hostPartOf, PRIVATE_FILES, SETS, type HostPart } from '../../model/node-files.js';
import { entryName, pathName } from '../../model/path-name.js';
import type { NodeFilesOperation } from '../../model/operation.js';
import type { Command } from './command.js';

type Of<O extends NodeFilesOperation['op']> = Extract<NodeFilesOperation, { op: O }>;

export function nodeFilesLink({ netns, folder }: Of<'node-files-link'>): readonly Command[] {
  const path = `${ETC_NETNS}/${entryName(netns)}`;
  if (folder === '') return [{ argv: ['rm', '-f', path], condition: { argv: ['test', '-L', path] } }];
  return [{ argv: ['mkdir', '-p', ETC_NETNS] }, { argv: ['ln', '-sfn', folder, path] }];
}

export function nodeFilesWrite({ folder, files }: Of<'node-files-write'>): readonly Command[] {
  const others = Object.keys(files).flatMap((name) => ['!', '-name', name]);
  return [
    { argv: ['mkdir', '-p', folder] },
    { argv: ['find', folder, '-mindepth', '1', ...others, '-delete'] },
    ...Object.entries(files).flatMap(([name, lines]) => [
      ...(PRIVATE_FILES.has(name) ? forRootAlone(`${folder}/${name}`) : []),
      ...write(`${folder}/${pathName(name)}`, lines),
    ]),
  ];
}

export function nodeFilesDelete({ folder }: Of<'node-files-delete'>): readonly Command[] {
  const ofLab = folder.slice(0, folder.lastIndexOf('/'));
  const rmdir = { argv: ['rmdir', '--ignore-fail-on-non-empty', ofLab, SETS], condition: { argv: ['test', '-d', ofLab] } };
  return [{ argv: ['rm', '-rf', folder] }, rmdir];
}

/** Before it holds anything. */
const forRootAlone = (path: string): readonly Command[] => [{ argv: ['touch', path] }, { argv: ['chmod', '600', path] }];

/** In place: what has the file mounted sees the new text. */
function write(path: string, lines: readonly string[]): readonly Command[] {
  const part = hostPartOf(lines.at(-1) ?? '');
  const text = { argv: ['cat'], stdin: lines.map((line) => `${line}\n`).join(''), output: { path } };
  return part === undefined ? [text] : [text, { argv: ['sh', '-c', hostLines(part)], output: { path, append: true } }];
}

const KEYWORDS: { readonly [part in HostPart]: string } = {
  resolvers: 'nameserver|search|domain|options',
  'resolvers-alone': 'nameserver|options',
  search: 'search|domain|options',
};

/** Of the first file that names a server which nodes can ask. */
function hostLines(part: HostPart): string {
  const usable = String.raw`sed -E '/^nameserver[[:space:]]+(127\.|::1[[:space:]]*$|fe80:)/d'`;
  const choose = `f=/etc/resolv.conf; g=/run/systemd/resolve/resolv.conf; ${usable} $f | grep -q ^nameserver || [ ! -r $g ] || f=$g`;
  return `${choose}; ${usable} $f | grep -E '^(${KEYWORDS[part]})[[:space:]]' || :`;
}
