import { nearestNames, RtError } from '@rt/core'

export interface Elsewhere {
  /** What names of models may begin with: ids of providers. */
  ids: string[]
  /** Whole names that were written down, such as `office/llama-3.3-70b`. */
  names: string[]
}

/** The error of a name that no model has, with what it was meant for when that is a model of a service. */
export const explainName = (thrown: unknown, name: string, { ids, names }: Elsewhere, own: boolean): unknown => {
  if (!RtError.isInstance(thrown) || !['model_not_found', 'invalid_request'].includes(thrown.code)) return thrown
  const { code, message, hint, data } = thrown
  const meant = meantElsewhere(name, { ids, names })
  const isNear = Array.isArray(data?.['near']) && data['near'].length > 0
  const told = (words: string): RtError => new RtError({ code, message, hint: words, data, cause: thrown.cause })
  if (meant)
    return told(
      `${isNear && hint ? `${hint} ` : ''}Did you mean ${meant}? A model elsewhere has its provider's name in front.`,
    )
  // A path, or a spelling nothing has: it was not meant for a name.
  if (data?.['model'] === undefined || isNear || !hint) return thrown
  if (own) return told(`${hint} A model elsewhere has its provider's name in front: anthropic/claude-sonnet-4-5.`)
  // Who sent a request fetches nothing here.
  const installed = Array.isArray(data['installed']) ? data['installed'].map(String) : []
  return told(`There are ${[...installed, ...names].slice(0, MOST_NAMED).join(', ') || 'none yet'}.`)
}

const MOST_NAMED = 12

/** Names of products, which some take for that of the provider. */
const PRODUCTS: Record<string, string> = { claude: 'anthropic', gpt: 'openai', chatgpt: 'openai' }

const FAMILIES: [id: string, named: RegExp][] = [
  ['anthropic', /^claude-/],
  ['openai', /^(?:gpt-|chatgpt-|o\d(?:-|$)|text-embedding-)/],
  ['gemini', /^gemini-/],
  ['mistral', /^(?:mistral|ministral|codestral|magistral|pixtral)-/],
  ['deepseek', /^deepseek-(?:chat|reasoner)$/],
]

const meantElsewhere = (written: string, elsewhere: Elsewhere): string | undefined => {
  const name = written
    .trim()
    .slice(0, 200)
    .replaceAll(/\s*\/\s*/g, '/')
  const meant = guess(name, elsewhere)
  return meant === written.trim() ? undefined : meant
}

const guess = (name: string, { ids, names }: Elsewhere): string | undefined => {
  const known = names.find((one) => one.slice(one.indexOf('/') + 1) === name)
  if (known) return known
  const family = FAMILIES.find(([id, named]) => ids.includes(id) && named.test(name.slice(name.indexOf('/') + 1)))?.[0]
  const [, head, rest] = /^([^/:]+)[/:](.*)$/.exec(name) ?? []
  if (head === undefined) return idOf(name, ids) ? `${idOf(name, ids)}/MODEL` : family && `${family}/${name}`
  const id =
    idOf(head, ids) ?? nearestNames(head, ids, { limit: 1, most: 1 })[0] ?? (name.includes(':') ? undefined : family)
  return id && `${id}/${rest || 'MODEL'}`
}

const idOf = (word: string, ids: string[]): string | undefined =>
  [word, word.toLowerCase(), PRODUCTS[word.toLowerCase()]].find((id) => id !== undefined && ids.includes(id))
