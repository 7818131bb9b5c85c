/** The table of docs/guarantees.md. */
export interface Row {
  readonly id: string;
  readonly promise: string;
  readonly cases: number;
  readonly failures: number;
}

/** Which run it was. */
export interface Run {
  /** Abbreviated. */
  readonly commit: string;
  /** The version. */
  readonly kernel: string;
  /** `2026-01-31`. */
  readonly date: string;
  /** All that there is to try, and not a sample. */
  readonly long: boolean;
}

/** The variable that names the file in which tests tell how many cases they tried. */
export const CASES_FILE = 'TOPO_TEST_CASES';

export const PAGE = 'docs/guarantees.md';

const TABLE = /(<!-- table -->\n+)([^]*?)(\n+<!-- end of the table -->)/;

const HEAD = ['| | promise | cases | failures | run | long run |', '| --- | --- | ---: | ---: | --- | --- |'];

/** What nothing has tried is not kept. */
export const isKept = ({ cases, failures }: Row): boolean => cases > 0 && failures === 0;

/** What came of a run. */
export function tableOf(rows: readonly Row[], run: Run): string {
  const lines = rows.map((row) => {
    const failures = row.cases === 0 ? 'nothing was tried' : String(row.failures);
    return lineOf([
      row.id,
      row.promise,
      ...(run.long ? ['', '', '', longText(row, run)] : [String(row.cases), failures, runText(run), '']),
    ]);
  });
  return [...HEAD, ...lines].join('\n');
}

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const runText = ({ commit, kernel, date }: Run): string => `${commit}, ${date}, Linux ${kernel}`;
const longText = ({ cases, failures }: Row, run: Run): string => `${cases} cases, ${failures} failures: ${runText(run)}`;

/** The page with what came of a run; what was not run stays as it was, and each row has the promise's words of now. */
export function withRows(page: string, promises: readonly Pick<Row, 'id' | 'promise'>[], rows: readonly Row[], run: Run): string {
  if (!TABLE.test(page)) throw new Error(`${PAGE} has no place for the table`);
  const former = new Map(rowsOf(page).map(([id = '', , ...cells]) => [id, cells]));
  const lines = promises.map(({ id, promise }) => {
    const [cases = 'no run yet', failures = '0', of = '', long = ''] = former.get(id) ?? [];
    const row = rows.find((one) => one.id === id);
    if (row === undefined) return lineOf([id, promise, cases, failures, of, long]);
    return lineOf([
      id,
      promise,
      ...(run.long ? [cases, failures, of, longText(row, run)] : [String(row.cases), String(row.failures), runText(run), long]),
    ]);
  });
  const table = [...HEAD, ...lines].join('\n');
  return page.replace(TABLE, (_all, before: string, _table, after: string) => `${before}${table}${after}`);
}

/** The cells of each row, the head left out. */
export function rowsOf(page: string): readonly (readonly string[])[] {
  const [, , table = ''] = TABLE.exec(page) ?? [];
  return table
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
