import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rerankerConformance } from '../../conformance/index.ts'
import { writeReranker } from './__fixtures__/write-reranker.ts'
import { createGgufEngine } from './engine.ts'
import type { GgufEngine } from './options.ts'
import type { GgufReranker } from './vector-options.ts'

let folder: string
let engine: GgufEngine
let reranker: GgufReranker
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rt-reranker-'))
  const path = join(folder, 'tiny.gguf')
  await writeFile(path, writeReranker())
  engine = createGgufEngine({ threads: 1 })
  reranker = await engine.loadReranker({ id: 'tiny', path })
})
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

rerankerConformance({ name: 'gguf tiny reranker', run: (test) => test(reranker) }, { describe, it, expect })

it('tells documents apart by what is in them', async () => {
  const results = await reranker.rerank('a b', ['a b c', 'k l', 'd e f g'])
  expect(new Set(results.map(({ score }) => score)).size).toBe(3)
})
