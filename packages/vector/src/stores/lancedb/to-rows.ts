import type { Tokenizer } from '@rt/core'
import type { CheckedRecord } from '../../driver-kit/check-records.ts'
import { createPacer } from '../../driver-kit/pacer.ts'
import { flattenMetadata } from './flatten-metadata.ts'
import { parseMetadata } from './read-rows.ts'
import { indexedWords } from './indexed-words.ts'
import type { StoredRow } from './to-arrow.ts'

/**
 * Checked records as rows, in slices that leave the event loop its turns.
 *
 * @param ends when records end that do not say so themselves.
 */
export const toRows = async (
  records: CheckedRecord[],
  { tokenizer, ends }: { tokenizer: Tokenizer; ends: number | null },
  signal?: AbortSignal,
): Promise<StoredRow[]> => {
  const pace = createPacer(signal)
  const rows: StoredRow[] = []
  for (const { key, text, metadata, vector, expires } of records) {
    rows.push({
      id: key,
      text: text ?? null,
      words: indexedWords(text, tokenizer),
      metadata,
      flat: flattenMetadata(parseMetadata(metadata)),
      expires: expires ?? ends,
      vector,
    })
    const pause = pace()
    if (pause) await pause
  }
  return rows
}
