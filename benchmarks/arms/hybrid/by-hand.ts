// What a program without a store writes: FTS5 for the words, usearch for the vectors, ranks fused, texts read by number.
import { DatabaseSync } from 'node:sqlite'
import { Index, MetricKind, ScalarKind } from 'usearch'
import { readCorpus, serveQuestions } from './serve-questions.ts'

const POOL = 50
const corpus = readCorpus()
const database = new DatabaseSync(':memory:')
database.exec(`CREATE TABLE items (id INTEGER PRIMARY KEY, text TEXT, metadata TEXT);
  CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='porter unicode61'); BEGIN`)
const insert = database.prepare('INSERT INTO items VALUES (?, ?, ?)')
const indexText = database.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)')
corpus.texts.forEach((text, i) => {
  insert.run(i, text, JSON.stringify({ n: i }))
  indexText.run(i, text)
})
database.exec('COMMIT')
const index = new Index({
  dimensions: corpus.set.dimensions,
  metric: MetricKind.Cos,
  quantization: ScalarKind.F32,
  connectivity: 16,
  expansion_add: 200,
  expansion_search: 64,
  multi: false,
})
for (const [i, vector] of corpus.vectors.entries()) index.add(BigInt(i), vector)

const match = database.prepare('SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?')
const read = database.prepare('SELECT text, metadata FROM items WHERE id = ?')

serveQuestions(corpus, ({ text, vector }) => {
  const expression = text
    .split(' ')
    .map((word) => `"${word}"`)
    .join(' OR ')
  const scores = new Map<number, number>()
  const add = (id: number, rank: number): void => void scores.set(id, (scores.get(id) ?? 0) + 1 / (60 + rank))
  match.all(expression, POOL).forEach((row, rank) => add(Number(row['rowid']), rank))
  index.search(vector, POOL, 1).keys.forEach((key, rank) => add(Number(key), rank))
  return [...scores]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 10)
    .map(([id]) => {
      const row = read.get(id) as { text: string; metadata: string }
      return { id: String(id), text: row.text, metadata: JSON.parse(row.metadata) as object }
    })
})
