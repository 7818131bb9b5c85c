import type { Operation } from '../../model/operation.js';
import { ownerFolder, processFolder } from '../../model/process.js';
import { commandFile, INIT, LOGGED, PATH, RECORDED, starter } from '../processes/script.js';
import type { Command } from './command.js';

type Of<Op extends Operation['op']> = Extract<Operation, { op: Op }>;

/** Recorded as topo records it, and so known to it. */
export function processStart({ process, definition }: Of<'process-start'>): readonly Command[] {
  const folder = processFolder(process);
  return [
    ...end(folder),
    { argv: ['mkdir', '-p', '-m', '700', folder] },
    { argv: ['rm', '-f', `${folder}/exit`, `${folder}/said`] },
    { argv: ['cat'], stdin: JSON.stringify(definition), output: { path: `${folder}/definition.json` } },
    { argv: ['cat'], stdin: commandFile(process, definition), output: { path: `${folder}/command` } },
    { argv: ['env', '-i', `PATH=${PATH}`, `RECORDED=${RECORDED}`, `LOGGED=${LOGGED}`, `INIT=${INIT}`, ...starter(process, definition)] },
  ];
}

export function processStop({ process }: Of<'process-stop'>): readonly Command[] {
  const folder = processFolder(process);
  return [...end(folder), { argv: ['rm', '-rf', folder] }];
}

export function processSignal({ process, definition, check }: Of<'process-signal'>): readonly Command[] {
  const folder = processFolder(process);
  const command = 'pkill "-$2" -P "$(pgrep -P "$(pgrep -x -P "$(cut -d" " -f1 "$1/pid")" unshare)")"';
  return [
    ...(check === undefined ? [] : [{ argv: check }]),
    { argv: ['sh', '-c', command, 'signal', folder, definition.signal.replace(/^SIG/, '')] },
    { argv: ['cat'], stdin: JSON.stringify(definition), output: { path: `${folder}/definition.json` } },
  ];
}

/** The number and the start time must be those of the record. */
const END = `
pid= start=
[ ! -e "$1/pid" ] || read -r pid start <"$1/pid"
[ -n "$pid" ] && [ "$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null | cut -d' ' -f20)" = "$start" ] || exit 0
init=$(pgrep -P "$(pgrep -x -P "$pid" unshare)") && pkill -TERM -P "$init"
for i in 1 2 3 4 5 6 7 8 9 10; do [ -e "/proc/$pid" ] || exit 0; sleep 0.2; done
kill -KILL "$pid"
`;

const end = (folder: string): readonly Command[] => [{ argv: ['sh', '-c', END, 'end', folder] }];

const MOVE = `
mv "$1" "$2" && ln -s "$3" "$1"
sed -i "s/^\\({.*\"netns\":\)\"$4\"/\\1\"$5\"/" "$2"/*/definition.json
`;

export function processMove({ netns, lab, owner, to, was }: Of<'process-move'>): readonly Command[] {
  return [{ argv: ['sh', '-c', MOVE, 'move', ownerFolder(lab, owner), ownerFolder(lab, to), to, was, netns] }];
}
