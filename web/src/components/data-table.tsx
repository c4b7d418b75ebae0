export type Column<Row> = {
  label: string;
  /** Right-aligned figures. */
  numeric?: boolean;
  cell: (row: Row) => React.ReactNode;
};

/**
 * A captioned table that becomes one card per row on a narrow screen.
 *
 * Roles are explicit because browsers drop a table's meaning once its rows are laid out as blocks.
 */
export function DataTable<Row>({caption, note, columns, rows, rowKey, empty}: {
  caption: string;
  note?: React.ReactNode;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row, index: number) => React.Key;
  /** Why there is nothing to show, and what comes next. */
  empty: string;
}) {
  return (
    <div className="card overflow-hidden">
      <table className="data" role="table">
        <caption>
          {caption}
          {note !== undefined && note !== false && <span className="mt-0.5 block text-sm font-normal text-muted">{note}</span>}
        </caption>
        <thead role="rowgroup" className={rows.length === 0 ? 'hidden' : ''}>
          <tr role="row">
            {columns.map(({label, numeric}) => (
              <th key={label} role="columnheader" scope="col" className={numeric ? 'num' : ''}>{label}</th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, index) => (
            <tr key={rowKey(row, index)} role="row">
              {columns.map(({label, numeric, cell}) => (
                <td key={label} role="cell" data-label={label} className={numeric ? 'num' : ''}><div className="min-w-0">{cell(row)}</div></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="px-4 pb-5 text-sm text-muted sm:px-5">{empty}</p>}
    </div>
  );
}
