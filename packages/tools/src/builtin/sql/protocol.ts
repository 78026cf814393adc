export interface SqlQuestion {
  file: string
  sql: string
  mostRows: number
  mostBytes: number
}

export type SqlCell = string | number | null

export type SqlAnswer =
  | { columns: string[]; rows: SqlCell[][]; more: boolean }
  /** With the names a better statement may use. */
  | { error: string; tables: string[] }
