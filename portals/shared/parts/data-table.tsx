import type { ReactNode } from 'react';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'end';
}

/** `rowIndex`: of a table of which not all rows are there. */
export function TableHead<Row>(props: { columns: readonly Column<Row>[]; rowIndex?: number }): ReactNode {
  return (
    <thead role="rowgroup">
      <tr role="row" aria-rowindex={props.rowIndex}>
        {props.columns.map(({ header, align }) => (
          <th key={header} role="columnheader" scope="col" data-align={align}>
            {header}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A table that becomes a list of cards on a phone. Roles are said outright: a changed `display` would take them away. */
export function DataTable<Row>(props: {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
}): ReactNode {
  const { columns } = props;
  return (
    <table className="rows" role="table" aria-label={props.label}>
      <TableHead columns={columns} />
      <tbody role="rowgroup">
        {props.rows.map((row) => (
          <tr key={props.keyOf(row)} role="row">
            {columns.map((column) => (
              <td key={column.header} role="cell" data-label={column.header} data-align={column.align}>
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
