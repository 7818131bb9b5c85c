/** The sandboxes of a user. */

export interface SandboxRow {
  readonly name: string;
  /** Process number 1 in it, seen from outside. */
  readonly pid: number;
  readonly startTime: string;
  readonly boot: string;
  readonly userNamespace: boolean;
  readonly started: string;
}

/** One JSON document: schemas/sandboxes.schema.json. */
export interface SandboxesDocument {
  readonly format: 'topo-sandboxes/1';
  readonly sandboxes: readonly SandboxRow[];
}

export function sandboxesOf(sandboxes: readonly SandboxRow[]): SandboxesDocument {
  const rows = sandboxes.map(({ name, pid, startTime, boot, userNamespace, started }) => {
    return { name, pid, startTime, boot, userNamespace, started };
  });
  return { format: 'topo-sandboxes/1', sandboxes: rows };
}

/** A table with a line for each sandbox. */
export function sandboxesText({ sandboxes }: SandboxesDocument): string {
  if (sandboxes.length === 0) return '';
  const width = Math.max('NAME'.length, ...sandboxes.map(({ name }) => name.length));
  const rows = sandboxes.map(({ name, pid, started }) => [name, String(pid), started] as const);
  return [['NAME', 'PID', 'STARTED'] as const, ...rows]
    .map(([name, pid, started]) => `${name.padEnd(width)}  ${pid.padEnd(7)}  ${started}\n`)
    .join('');
}
