// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { collect, createMessage, RtError, type LanguageModel } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'

const model: LanguageModel = createScriptedModel({ answers: ['Hello.'] })
try {
  const { text, usage } = await collect(model.stream({ messages: [createMessage('user', 'Hi')] }))
  console.log(text, usage)
} catch (error) {
  if (RtError.isInstance(error)) console.error(error.code, error.message, error.hint)
}
