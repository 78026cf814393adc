import { createScriptedModel } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { loadSettings } from './load-settings.ts'

it('a provider of the program stands under its own id, by which its models are called', async () => {
  const echo = { id: 'echo', languageModel: () => createScriptedModel({ answers: ['Hi'] }) }
  await expect(loadSettings({ config: false, providers: { other: echo } })).rejects.toMatchObject({
    code: 'config_invalid',
    message: 'providers.other is a provider with the id "echo".',
    hint: `Its models are called by its id: make it with id: 'other', or put it under "echo".`,
  })
  const { settings } = await loadSettings({ config: false, providers: { echo, openai: {} } })
  expect(Object.keys(settings.providers)).toEqual(['openai'])
})
