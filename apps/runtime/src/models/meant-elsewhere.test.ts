import { RtError } from '@rt/core'
import { expect, it } from 'vitest'
import { type Elsewhere, explainName } from './meant-elsewhere.ts'

const ids = ['anthropic', 'openai', 'gemini', 'groq', 'mistral', 'ollama', 'office']
const names = ['office/llama-3.3-70b', 'anthropic/claude-haiku-4-5']
interface Told extends Elsewhere {
  error: RtError
  own: boolean
}
const unknown = (name: string, near: string[] = []): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `no model is called "${name}".`,
    hint: near.length ? `Did you mean ${near[0]}?` : 'There are smollm2:135m (installed).',
    data: { model: name, near, installed: ['smollm2:135m'] },
  })
const hint = (
  name: string,
  { error = unknown(name), own = true, ...elsewhere }: Partial<Told> = {},
): string | undefined => (explainName(error, name, { ids, names, ...elsewhere }, own) as RtError).hint

it.each([
  ['claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['gpt-5', 'openai/gpt-5'],
  ['o3-mini', 'openai/o3-mini'],
  ['gemini-2.5-pro', 'gemini/gemini-2.5-pro'],
  ['google/gemini-2.5-pro', 'gemini/gemini-2.5-pro'],
  ['anthropic', 'anthropic/MODEL'],
  ['office', 'office/MODEL'],
  ['anthropic/', 'anthropic/MODEL'],
  ['anthropic:claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['antropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['Anthropic/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['claude/claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['anthropic / claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
  ['llama-3.3-70b', 'office/llama-3.3-70b'],
  ['ollama:qwen3:8b', 'ollama/qwen3:8b'],
])('says of %s that it was meant for %s', (name, meant) => {
  expect(hint(name)).toBe(`Did you mean ${meant}? A model elsewhere has its provider's name in front.`)
})

it.each([
  'qwen3:8b',
  'google/gemma-2-2b',
  'meta-llama/Llama-3-8B',
  'mistralai/Mistral-7B',
  'grok',
  'gpt2',
  'hf:gpt-x/y',
])('takes %s for no model elsewhere, and says how those are written', (name) => {
  expect(hint(name)).toBe(
    "There are smollm2:135m (installed). A model elsewhere has its provider's name in front: anthropic/claude-sonnet-4-5.",
  )
})

it('leaves a near name of this machine as it is', () => {
  expect(hint('smolm2', { error: unknown('smolm2', ['smollm2:135m']) })).toBe('Did you mean smollm2:135m?')
  expect(hint('gpt-2', { error: unknown('gpt-2', ['gpt2']) })).toMatch(
    /^Did you mean gpt2\? Did you mean openai\/gpt-2\?/,
  )
})

it('names to a request only what it may ask for', () => {
  const open = { own: false, ids: ['anthropic', 'office'] }
  expect(hint('claude-haiku-4-5', open)).toContain('Did you mean anthropic/claude-haiku-4-5?')
  expect(hint('gpt-5', open)).toBe(`There are smollm2:135m, ${names.join(', ')}.`)
  expect(hint('gpt-5', { ...open, ids: [], names: [] })).toBe('There are smollm2:135m.')
})

it('says nothing of a path, nor of other errors', () => {
  const noFile = new RtError({ code: 'model_not_found', message: 'no file ./a.gguf', hint: 'Is it there?' })
  expect(explainName(noFile, './a.gguf', { ids, names }, true)).toBe(noFile)
  const other = new RtError({ code: 'download_failed', message: 'x' })
  expect(explainName(other, 'claude-x', { ids, names }, true)).toBe(other)
})
