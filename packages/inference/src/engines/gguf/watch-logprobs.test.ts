import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { LlamaContextSequence } from 'node-llama-cpp'
import { expect, test } from 'vitest'

// watch-logprobs.ts stands on these. When this fails after an update of node-llama-cpp, read its LlamaContext.js again,
// correct what no longer holds, run logprobs.model.test.ts, and only then change the lines below.
test('the internals that logprobs are read with are those that were read', async () => {
  const manifest = findPackageJSON('node-llama-cpp', import.meta.url)!
  expect(JSON.parse(await readFile(manifest, 'utf8')).version).toBe('3.22.1')

  const { _decodeTokens: decode, _evaluate: evaluate } = LlamaContextSequence.prototype as unknown as Record<
    string,
    (...values: never[]) => unknown
  >
  expect(decode!.length).toBe(7)
  expect(parameters(decode!)).toBe(
    'tokens, logits, evaluationPriority, tokenMeter, contextShiftOptions, logitDataMapper, afterBatchAction',
  )
  expect(String(evaluate)).toContain('await this._decodeTokens(evalTokens, logitsArray, evaluationPriority,')
  expect(String(evaluate)).toContain('return this._context._ctx.sampleToken(batchLogitIndex, sampler._sampler);')
  // Nothing is written to the object that stands in for the sequence.
  expect(String(evaluate)).not.toMatch(/this\._\w+ = /)
})

const parameters = (method: (...values: never[]) => unknown): string => /\(([^)]*)\)/.exec(String(method))![1]!
