// Words and vectors through the store, as its users ask it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore } from '@rt/vector'
import { readCorpus, serveQuestions } from './serve-questions.ts'

const folder = mkdtempSync(join(tmpdir(), 'rt-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGTERM', () => process.exit())

const corpus = readCorpus()
const store = await createSqliteStore({ path: join(folder, 'rt.db') })
const { dimensions } = corpus.set
const collection = await store.collection('hybrid', { dimensions, metric: 'cosine', fingerprint: 'bench/hybrid' })
for (let from = 0; from < corpus.texts.length; from += 1000)
  await collection.upsert(
    corpus.texts
      .slice(from, from + 1000)
      .map((text, i) => ({ id: String(from + i), text, vector: corpus.vectors[from + i]!, metadata: { n: from + i } })),
  )
serveQuestions(corpus, async ({ text, vector }) =>
  (await collection.search({ text, vector, k: 10 })).map((hit) => ({ id: hit.id, text: hit.text! })),
)
