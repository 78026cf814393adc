/**
 * The extra entry of this package: output name (as it must lie in `dist`) to source file below `src`. A bundle that inlines
 * `@rt/tools/builtin` emits it beside its own chunks.
 */
export const SQL_ENTRIES: Readonly<Record<'sql-child', string>> = { 'sql-child': 'builtin/sql/sql-child.ts' }
