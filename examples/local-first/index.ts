// Local first, Claude when it must, never the private file. Before: rt pull smollm2:135m, and a key in ANTHROPIC_API_KEY.
import { readdir, readFile } from 'node:fs/promises'
import { createRuntime, type TurnOptions } from '@rt/runtime'

const rt = await createRuntime() // reads config.toml: which models, in which order, for how much
await rt.ingest('private', { label: 'local-only' }) // for models on this machine, and no other

const ask = async (question: string, options: TurnOptions): Promise<void> => {
  try {
    const { text } = await rt.generate(question, options)
    console.log(text)
  } catch (error) {
    console.log(String(error))
  }
  console.log(await rt.trace.last()) // which model was asked, and what it cost
}

// Short: the small model answers, at no cost.
await ask('Say good morning.', { retrieve: false, maxOutputTokens: 30 })

// Too long for it: Claude.
const names = await readdir('../handbook')
const handbook = await Promise.all(names.map((name) => readFile(`../handbook/${name}`, 'utf8')))
const long = `Which of these rules is the strictest?\n\n${handbook.join('\n')}`
await ask(long, { retrieve: false, maxOutputTokens: 200 })

// Answered from the private file: that stays here.
await ask('What does Ada earn a month?', { maxOutputTokens: 30 })

// Private and too long: an error instead of a call.
await ask(long, { retrieve: false, label: 'local-only' })
