// LanceDB: its text index, HNSW with scalar quantisation refined, and its fusion by ranks.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, Index, rerankers } from '@lancedb/lancedb'
import { readCorpus, serveQuestions } from './serve-questions.ts'

const folder = mkdtempSync(join(tmpdir(), 'rt-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGTERM', () => process.exit())

const corpus = readCorpus()
const connection = await connect(folder)
const rows = corpus.texts.map((text, i) => ({ id: String(i), text, vector: Array.from(corpus.vectors[i]!) }))
const table = await connection.createTable('items', rows)
await table.createIndex('text', { config: Index.fts() })
await table.createIndex('vector', { config: Index.hnswSq({ distanceType: 'cosine', m: 16, efConstruction: 200 }) })
await table.waitForIndex(['text_idx', 'vector_idx'], 300)
const reranker = await rerankers.RRFReranker.create()

serveQuestions(corpus, async ({ text, vector }) => {
  const found = await table
    .query()
    .nearestTo(vector)
    .distanceType('cosine')
    .ef(64)
    .refineFactor(3)
    .fullTextSearch(text, { columns: ['text'] })
    .rerank(reranker)
    .select(['id', 'text'])
    .limit(10)
    .toArrow()
  return Array.from({ length: found.numRows }, (_, i) => ({
    id: String(found.getChild('id')!.get(i)),
    text: String(found.getChild('text')!.get(i)),
  }))
})
