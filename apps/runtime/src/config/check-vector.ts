import { type CollectionOptions, nearestNames, RtError } from '@rt/core'
import { isVariable } from './resolve-variables.ts'
import { shownValue, withoutLogins } from './shown.ts'
import { variableMeant } from './variable-meant.ts'
import { TOKENIZERS, VECTOR_INDEXES, type VectorSettings } from './vector-settings.ts'

/**
 * What a program says beside what has a setting of its own, which is checked as that.
 *
 * @throws RtError `config_invalid` naming the option.
 */
export const checkVectorOptions = (given: VectorSettings): void => {
  checkKeys(['vector'], given, KEYS)
  const variable = isVariable(given.apiKey) ? given.apiKey.slice('env:'.length) : variableMeant(given.apiKey)
  if (variable !== undefined)
    throw wrong(
      ['vector', 'apiKey'],
      given.apiKey,
      `It would be sent as the key itself. In a program: process.env['${variable}'].`,
    )
  for (const [name, options] of Object.entries(given.collections ?? {})) {
    const path = ['vector', 'collections', name]
    checkKeys(path, options, COLLECTION_KEYS)
    const { index, tokenizer, recall, ttl } = options
    if (index !== undefined && !VECTOR_INDEXES.includes(index))
      throw wrong([...path, 'index'], index, `It must be one of ${VECTOR_INDEXES.join(', ')}.`)
    if (tokenizer !== undefined && !TOKENIZERS.includes(tokenizer))
      throw wrong([...path, 'tokenizer'], tokenizer, `It must be one of ${TOKENIZERS.join(', ')}.`)
    if (recall !== undefined && !(recall >= 0.5 && recall <= 1))
      throw wrong([...path, 'recall'], recall, 'It must be a number from 0.5 to 1.')
    if (ttl !== undefined && !(Number.isSafeInteger(ttl) && ttl > 0))
      throw wrong([...path, 'ttl'], ttl, 'It must be whole milliseconds from 1 on.')
  }
}

/**
 * Whether store, address and key go together, wherever each came from.
 *
 * @throws RtError `config_invalid`.
 */
export const checkVectorPlace = ({ store = 'sqlite', url, apiKey }: VectorSettings): void => {
  const say = (message: string, hint: string): RtError => new RtError({ code: 'config_invalid', message, hint })
  const example = ADDRESSES[store]
  if (example && url === undefined)
    throw say(
      `the vector store is ${store}, and its address is missing.`,
      `Set [vector] url, or RT_VECTOR_URL: ${example}.`,
    )
  if (store === 'sqlite' && url !== undefined)
    throw say(
      `the vector store is sqlite, and has the address "${withoutLogins(url)}".`,
      'It is in the data folder: remove url (RT_VECTOR_URL), or say which store is there: store = "qdrant".',
    )
  const schemes = SCHEMES[store]
  if (url !== undefined && schemes && !(schemes.test(url) && (store === 'lancedb' || URL.canParse(url))))
    throw say(
      `"${withoutLogins(url)}" is no address of ${store}.`,
      `Write it like ${example ?? 'a folder of this machine'}.`,
    )
  const { username, password } = (store === 'qdrant' && url !== undefined && URL.parse(url)) || {}
  if (username || password)
    throw say(
      `the address of qdrant has a user or a password in it: "${withoutLogins(url!)}".`,
      'It would be shown in messages. Its key is api_key (RT_VECTOR_API_KEY).',
    )
  if (apiKey !== undefined && store !== 'qdrant')
    throw say(`the vector store is ${store}, which takes no API key.`, 'Remove api_key (RT_VECTOR_API_KEY).')
}

const ADDRESSES: Partial<Record<string, string>> = {
  pgvector: 'postgres://user:password@host:5432/database',
  qdrant: 'http://127.0.0.1:6333',
}
const SCHEMES: Partial<Record<string, RegExp>> = {
  pgvector: /^postgres(?:ql)?:\/\//,
  qdrant: /^https?:\/\/[^/]/,
  // It is synced by this machine: elsewhere nobody would.
  lancedb: /^(?![a-z][a-z0-9+.-]+:\/\/)/i,
}

const KEYS = { store: 1, url: 1, apiKey: 1, index: 1, recall: 1, collections: 1 } satisfies Record<
  keyof VectorSettings,
  1
>
const COLLECTION_KEYS = { tokenizer: 1, ttl: 1, index: 1, recall: 1 } satisfies Record<keyof CollectionOptions, 1>

const checkKeys = (path: string[], value: object, known: object): void => {
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(known, key))
  if (unknown === undefined) return
  const [near] = nearestNames(unknown, Object.keys(known))
  throw new RtError({
    code: 'config_invalid',
    message: `${path.join('.')} has no ${JSON.stringify(unknown)}.`,
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}There are ${Object.keys(known).join(', ')}.`,
  })
}

const wrong = (path: string[], value: unknown, hint: string): RtError =>
  new RtError({ code: 'config_invalid', message: `${path.join('.')} is ${shownValue(path, value)}.`, hint })
