import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { LlamaContextSequence } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import { canCopyPrefix, copyPrefix } from './copy-prefix.ts'

// copy-prefix.ts stands on these. When this fails after an update of node-llama-cpp, read its LlamaContext.js again (and
// seq_cp of its llama.cpp: the copy is made by the next step), run prefix-cache.model.test.ts, and only then change the
// lines below.
test('the internals that prefixes are copied with are those that were read', async () => {
  const manifest = findPackageJSON('node-llama-cpp', import.meta.url)!
  expect(JSON.parse(await readFile(manifest, 'utf8')).version).toBe('3.22.1')
  const { _copyStateFromOtherSequence: copy } = LlamaContextSequence.prototype as unknown as Record<string, unknown>
  expect(copy).toHaveLength(2)
  expect(String(copy)).toContain('copySequenceStateFromOtherSequence(this._sequenceId, otherSequence._sequenceId)')
  expect(String(copy)).toContain('copiedMaxIndex === this._contextTokens.length - 1')
  expect(String(copy)).toContain('return this._nextTokenIndex === upToTokenIndex')
})

test('a binding without them copies nothing, and says so', async () => {
  const sequence = { needsCheckpoints: false } as LlamaContextSequence
  expect(canCopyPrefix(sequence)).toBe(false)
  expect(await copyPrefix(sequence, sequence, 4)).toBe(false)
})

test('a cache that cannot be cut at any token is not copied', () => {
  const sequence = { needsCheckpoints: true, _copyStateFromOtherSequence: async () => true }
  expect(canCopyPrefix(sequence as unknown as LlamaContextSequence)).toBe(false)
})
