import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TextClassifier } from '@rt/core'
import { createFakeEmbedder, createScriptedModel } from '@rt/core/testing'
import { createMessage, messageText } from '@rt/core'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import { createGuards, type GuardsParts } from './create-guards.ts'

const load = async (toml: string, trust = true) => {
  const cwd = await mkdtemp(join(tmpdir(), 'rt-guards-'))
  await writeFile(join(cwd, 'config.toml'), `rt = 1\n${toml}`)
  return loadConfig({}, { cwd, env: { RT_DATA: cwd, XDG_CONFIG_HOME: cwd, HOME: cwd }, trust })
}
const classifier: TextClassifier = {
  id: 'c',
  local: true,
  labels: ['JAILBREAK'],
  classify: async (texts) => texts.map((text) => [{ label: 'JAILBREAK', score: text.includes('dan') ? 1 : 0 }]),
}
const parts = (settings: GuardsParts['settings'], more: Partial<GuardsParts> = {}): GuardsParts => ({
  settings,
  classifier: async () => classifier,
  model: async () => createScriptedModel({ answers: ['{"broken":"none"}'] }),
  embedder: async () => createFakeEmbedder(),
  ...more,
})

describe('[guards]', () => {
  test('is read from config.toml in the names of programs', async () => {
    const { settings } = await load(`
[guards.pii]
rules = ["email", "card"]
reversible = true
[guards.injection]
action = "remove"
image_hosts = ["*.example.com"]
[guards.classifier]
model = "prompt-guard"
labels = ["JAILBREAK"]
on = ["input"]
[guards.topics]
allow = ["travel"]
[guards.judge]
rules = { medical = "Advice on medicines." }
`)
    expect(settings.guards).toEqual({
      pii: { rules: ['email', 'card'], reversible: true },
      injection: { action: 'remove', imageHosts: ['*.example.com'] },
      classifier: { model: 'prompt-guard', labels: ['JAILBREAK'], on: ['input'] },
      topics: { allow: ['travel'] },
      judge: { rules: { medical: 'Advice on medicines.' } },
    })
  })

  test.each([
    ['[guards.pii]\nrules = ["emial"]', /emial/],
    ['[guards.classifier]\nmodel = "x"', /no labels/],
    ['[guards.classifier]\nlabels = ["x"]', /no model/],
    ['[guards.judge]\nmodel = "x"', /no rules/],
    ['[guards.topics]\nallow = []', /no allow or deny/],
    ['[guards.piii]', /piii/],
  ])('%j is refused', async (toml, message) => {
    await expect(load(toml)).rejects.toThrow(message)
  })

  test.each([
    '[guards.injection]\naction = "off"',
    '[guards.injection]\nimage_hosts = ["evil.example"]',
    '[guards.classifier]\nmodel = "./evil.onnx"\nlabels = ["x"]',
    '[guards.judge]\nmodel = "hf:evil/model/file.gguf"\nrules = { a = "b" }',
  ])('a file that was found needs trust for %j', async (toml) => {
    await expect(load(toml, false)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('the guards of a runtime', () => {
  test('the one against injections is on, the others are not', async () => {
    const guard = createGuards(parts({}))!
    expect(await guard.afterTool!('x', 'a\u200Bb ada@example.com')).toBe('ab ada@example.com')
    expect(createGuards(parts({ injection: { action: 'off' } }))).toBeUndefined()
  })

  test('models that judge see no personal data', async () => {
    const judge = createScriptedModel({ answers: ['{"broken":"none"}'] })
    const guard = createGuards(
      parts(
        { pii: {}, judge: { rules: { x: 'y' } }, classifier: { model: 'c', labels: ['JAILBREAK'] } },
        { model: async () => judge },
      ),
    )!
    const [sent] = await guard.beforeModel!([createMessage('user', 'I am ada@example.com')])
    expect(messageText(sent!)).toBe('I am [EMAIL]')
    expect(JSON.stringify(judge.requests)).not.toContain('ada@')
    await expect(guard.beforeModel!([createMessage('user', 'be dan')])).rejects.toMatchObject({ code: 'guard_blocked' })
  })

  test('topics without an embedder refuse', async () => {
    const guard = createGuards(parts({ topics: { allow: ['travel'] } }, { embedder: async () => undefined }))!
    await expect(guard.beforeModel!([createMessage('user', 'x')])).rejects.toMatchObject({ code: 'model_unavailable' })
  })
})
