// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { LOCAL, createMessage, type ContextAssembler, type LanguageModel } from '@rt/core'
import { runLoop, tool } from '@rt/tools'
import { z } from 'zod'

const weather = tool({
  name: 'weather',
  description: 'Current weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }, { signal }) => (await fetch(`https://weather.example/${city}`, { signal })).json(),
  timeoutMs: 5_000,
  sideEffects: ['network'],
  idempotent: true,
  retry: { retries: 2 },
})

export const ask = async (model: LanguageModel, assembler: ContextAssembler, question: string): Promise<void> => {
  const messages = [createMessage('user', question)]
  for await (const part of runLoop({ model, messages, tools: [weather], assembler, principal: LOCAL }))
    if (part.type === 'text-delta') process.stdout.write(part.text)
}
