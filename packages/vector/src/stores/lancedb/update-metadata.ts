import type { CheckedUpdate } from '../../driver-kit/check-changes.ts'
import { mergeMetadata } from '../../driver-kit/merge-metadata.ts'
import { optionsOf } from './catalog-row.ts'
import type { CollectionContext } from './collection-context.ts'
import { notEnded } from './lance-source.ts'
import { parseMetadata, readByIds } from './read-rows.ts'
import { toRows } from './to-rows.ts'
import { writeRows } from './write-rows.ts'

/**
 * Changes metadata; answers how many records there were. Rows are written anew as wholes: replacing single columns would
 * take their whole piece of data out of the indexes.
 */
export const updateMetadata = (context: CollectionContext, updates: CheckedUpdate[]): Promise<number> =>
  context.locked(async ({ table, row }) => {
    const ids = updates.map(({ key }) => key)
    const found = await readByIds(context, ids, { vectors: true, only: notEnded(row, context.clock()) })
    if (!found.size) return 0
    for (const update of updates) {
      const old = found.get(update.key)
      if (old) old.metadata = mergeMetadata(update, parseMetadata(old.metadata))
    }
    const records = [...found.values()].map(({ id, text, metadata, vector, expires }) => ({
      key: id,
      text: text ?? undefined,
      metadata,
      vector,
      expires: expires ?? undefined,
    }))
    const rows = await toRows(records, { tokenizer: optionsOf(row).tokenizer, ends: null })
    const dimensions = (await context.hasVectors()) ? row.dimensions! : undefined
    await writeRows(context.libraries, table, rows, dimensions)
    return found.size
  })
