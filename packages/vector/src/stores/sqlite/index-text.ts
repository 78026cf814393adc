import type { Tokenizer } from '@rt/core'
import type { Transaction } from '@rt/node/sqlite'
import { createPacer } from '../../driver-kit/pacer.ts'
import { indexedText } from './indexed-text.ts'
import { textTable } from './migrations.ts'
import { runEach } from './run-each.ts'

export interface TextChange {
  /** Records that were in the index; those updated too. */
  removed: number[]
  /** Records whose text, if any, goes in. They are stored already. */
  added: { record: number; text: string | undefined }[]
}

/** Brings the text index in step with `vector_records`, inside the transaction given. */
export const indexText = async (
  tx: Transaction,
  { id, tokenizer }: { id: number; tokenizer: Tokenizer },
  { removed, added }: TextChange,
): Promise<void> => {
  const table = textTable(id)
  const listed = 'IN (SELECT value FROM json_each(?))'
  if (removed.length)
    await tx.run({ sql: `DELETE FROM ${table} WHERE rowid ${listed}`, params: [JSON.stringify(removed)] })
  const plain: number[] = []
  const rewritten: [number, string][] = []
  const pace = createPacer()
  for (const { record, text } of added) {
    if (!text) continue
    const written = await indexedText(text, tokenizer, pace)
    if (written === undefined) plain.push(record)
    else rewritten.push([record, written])
    const pause = pace()
    if (pause) await pause
  }
  // The database has those texts already: only numbers are sent.
  if (plain.length)
    await tx.run({
      sql: `INSERT INTO ${table} (rowid, text) SELECT id, text FROM vector_records WHERE id ${listed} ORDER BY id`,
      params: [JSON.stringify(plain)],
    })
  await runEach(tx, `INSERT INTO ${table} (rowid, text) VALUES (?, ?)`, rewritten)
}
