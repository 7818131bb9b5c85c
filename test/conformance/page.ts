/** The table of docs/guarantees.md. */
export interface Row {
  readonly id: string;
  readonly promise: string;
  /** A number, or words of a row that was written before. */
  readonly cases: number | string;
  readonly failures: number;
}

/** The variable that names the file in which tests tell how many cases they tried. */
export const CASES_FILE = 'TOPO_TEST_CASES';

export const PAGE = 'docs/guarantees.md';

const TABLE = /(<!-- table -->\n+)([^]*?)(\n+<!-- end of the table -->)/;

/** What came of a run; a promise that nothing tests yet says so. */
export function tableOf(rows: readonly Row[]): string {
  return [
    '| | promise | cases | failures |',
    '| --- | --- | ---: | ---: |',
    ...rows.map(({ id, promise, cases, failures }) => `| ${id} | ${promise} | ${cases === 0 ? 'no test yet' : cases} | ${failures} |`),
  ].join('\n');
}

/** The page with what came of a run; what was not run stays as it was, and each row has the promise's words of now. */
export function withRows(page: string, promises: readonly Pick<Row, 'id' | 'promise'>[], rows: readonly Row[]): string {
  if (!TABLE.test(page)) throw new Error(`${PAGE} has no place for the table`);
  const former = new Map(rowsOf(page).map(([id = '', , cases = '', failures]) => [id, { cases, failures: Number(failures) }]));
  const table = tableOf(
    promises.map(({ id, promise }) => rows.find((row) => row.id === id) ?? { id, promise, ...(former.get(id) ?? NOT_RUN) }),
  );
  return page.replace(TABLE, (_all, before: string, _table, after: string) => `${before}${table}${after}`);
}

const NOT_RUN = { cases: 'no run yet', failures: 0 };

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
