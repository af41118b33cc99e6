import type { TableName } from '../port.ts'

/** The prefix keeps the layout's tables apart from ours and from SQL's words. */
export function nameOf(table: TableName): string {
  return `t_${table}`
}

export function sqlName(table: TableName): string {
  return `"${nameOf(table)}"`
}
