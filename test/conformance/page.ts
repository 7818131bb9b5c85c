/** The table of docs/guarantees.md. */
export interface Row {
  readonly id: string;
  readonly promise: string;
  readonly cases: number;
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

/** The page with another table. */
export function withTable(page: string, table: string): string {
  if (!TABLE.test(page)) throw new Error(`${PAGE} has no place for the table`);
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
