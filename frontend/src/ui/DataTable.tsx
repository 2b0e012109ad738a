import type { ReactNode } from "react";
import styles from "./DataTable.module.css";

export interface Column<T> {
  label: string;
  cell: (row: T) => ReactNode;
  align?: "end";
}

interface Props<T> {
  /** What the table is about, for those who cannot see what stands around it. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string | number;
}

/** A list as a table; on a phone each row becomes a small card with labelled lines. */
export function DataTable<T>({ caption, columns, rows, rowKey }: Props<T>) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className={styles.caption}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.label} scope="col" data-align={column.align}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.label} data-label={column.label} data-align={column.align}>
                  <div>{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
