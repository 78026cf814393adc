import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TINY_TOKENIZER } from './tiny-tokenizer.ts'

/** What numpy computed for the tiny models; `write_models.py` made both. */
export interface Expected {
  embedder: Record<'mean' | 'cls' | 'last' | 'mean4', number[][]> & { texts: string[] }
  reranker: { query: string; documents: string[]; logits: number[][] }
  classifier: { texts: string[]; logits: number[][] }
  decoder: { prompt: number[]; greedy: number[]; logits: number[] }
}

/** Folder of the tiny models. */
export const MODELS: string = fileURLToPath(new URL('models', import.meta.url))

export const readExpected = (folder: string = MODELS): Expected =>
  JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected

/** A folder with a `tokenizer.json` of the tiny encoders, which goes with it. */
export const createTokenizerFolder = async (): Promise<AsyncDisposable & { folder: string; tokenizerPath: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-onnx-'))
  const tokenizerPath = join(folder, 'tokenizer.json')
  await writeFile(tokenizerPath, JSON.stringify(TINY_TOKENIZER))
  return { folder, tokenizerPath, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
