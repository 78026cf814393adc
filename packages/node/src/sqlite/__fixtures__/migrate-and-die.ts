// Migrates argv[2] and is killed at point number argv[3]: between two statements of a migration, before a transaction
// begins or commits. Says `done` when it comes to the end.
import * as sqlite from 'node:sqlite'
import { createConnection } from '../connection.ts'
import { withPoints } from './migrations.ts'

const [, , path = '', at = ''] = process.argv
let points = 0
const point = (): null => {
  if (++points >= Number(at)) {
    process.kill(process.pid, 'SIGKILL')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  return null
}

class DatabaseSync extends sqlite.DatabaseSync {
  constructor(...args: ConstructorParameters<typeof sqlite.DatabaseSync>) {
    super(...args)
    this.function('point', point)
  }
  override exec(sql: string): void {
    if (/^(BEGIN|COMMIT)/.test(sql)) point()
    super.exec(sql)
  }
}

const execute = createConnection({ ...sqlite, DatabaseSync }, { path, readOnly: false })
execute({ type: 'open' })
execute({ type: 'migrate', namespace: 'notes', migrations: withPoints })
execute({ type: 'close' })
console.log(`done ${points}`)
