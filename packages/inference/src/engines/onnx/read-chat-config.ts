import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RtError } from '@rt/core'

/** What stands beside a tokenizer.json about conversations. */
export interface ChatConfig {
  template?: string
  bosToken?: string
  eosToken?: string
  /** Tokens that end an answer. */
  eosIds: number[]
}

/** `tokenizer_config.json`, `chat_template.jinja` and `generation_config.json` in its folder, as far as they are there. */
export const readChatConfig = async (tokenizerPath: string, id: string): Promise<ChatConfig> => {
  const folder = dirname(tokenizerPath)
  const read = (name: string): Promise<string | undefined> =>
    readFile(join(folder, name), 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      throw new RtError({ code: 'model_unavailable', message: `${name} of ${id} cannot be read.`, cause })
    })
  const json = async (name: string): Promise<Record<string, unknown>> => parse(await read(name), name, id)
  const [config, generation, own] = await Promise.all([
    json('tokenizer_config.json'),
    json('generation_config.json'),
    read('chat_template.jinja'),
  ])
  const template = own ?? templateOf(config['chat_template'])
  const bosToken = textOf(config['bos_token'])
  const eosToken = textOf(config['eos_token'])
  return {
    ...(template !== undefined && { template }),
    ...(bosToken !== undefined && { bosToken }),
    ...(eosToken !== undefined && { eosToken }),
    eosIds: [generation['eos_token_id']].flat().filter((one) => typeof one === 'number'),
  }
}

const parse = (text: string | undefined, name: string, id: string): Record<string, unknown> => {
  if (text === undefined) return {}
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (cause) {
    throw new RtError({ code: 'model_invalid', message: `${name} of ${id} is no JSON.`, cause })
  }
}

/** Some models have several, each with a name. */
const templateOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  const named = value as { name?: unknown; template?: unknown }[]
  const found = named.find(({ name }) => name === 'default') ?? named[0]
  return typeof found?.template === 'string' ? found.template : undefined
}

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  const content = (value as { content?: unknown } | null | undefined)?.content
  return typeof content === 'string' ? content : undefined
}
