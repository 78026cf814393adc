import type * as Sqlite from 'node:sqlite'

/**
 * node:sqlite, without the ExperimentalWarning that Node 22 prints when it is imported (it works there, and the
 * warning would stand in the output of every command). Other warnings pass.
 *
 * Not by `import()`: bundlers cut `node:` off the name, and this module exists under its full name only.
 */
export const loadSqlite = (): typeof Sqlite => {
  // oxlint-disable-next-line typescript/unbound-method -- called with `process` below
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
