import type { Table } from '@lancedb/lancedb'
import type { Tokenizer } from '@rt/core'
import type { Libraries } from './load-lancedb.ts'

/** Splits at spaces alone: `indexedWords` has done the rest, but for stems. */
export const createTextIndex = async ({ lancedb }: Libraries, table: Table, tokenizer: Tokenizer): Promise<void> => {
  const config = lancedb.Index.fts({
    baseTokenizer: 'whitespace',
    withPosition: true,
    stem: tokenizer === 'porter',
    language: 'English',
    lowercase: false,
    asciiFolding: false,
    removeStopWords: false,
    maxTokenLength: 1_000_000,
  })
  await table.createIndex('words', { config })
}
