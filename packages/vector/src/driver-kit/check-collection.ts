import { type CollectionOptions, type CollectionStamp, type Metric, RtError, type Tokenizer } from '@rt/core'

/** Longest name of a collection or an alias, in bytes of UTF-8. */
const MAX_NAME_BYTES = 256

/** What holds where nothing was said. */
export const DEFAULT_OPTIONS: Readonly<Required<Omit<CollectionOptions, 'ttl'>>> = {
  tokenizer: 'porter',
  index: 'auto',
  recall: 0.97,
}

const INDEXES: readonly CollectionOptions['index'][] = ['auto', 'flat', 'usearch', 'hnsw']

/** @throws RtError `invalid_request` */
export const checkName = (name: string): string => {
  const valid = typeof name === 'string' && name !== '' && name.isWellFormed() && !name.includes('\0')
  if (valid && Buffer.byteLength(name) <= MAX_NAME_BYTES) return name
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(String(name).slice(0, 40))} cannot name a collection.`,
    hint: `Use 1 to ${MAX_NAME_BYTES} bytes of text without NUL.`,
  })
}

/** @throws RtError `invalid_request`; `unsupported` for a metric the store does not have. */
export const checkStamp = (
  { dimensions, metric, fingerprint }: CollectionStamp,
  { metrics }: { metrics: readonly Metric[] },
): void => {
  const wrong =
    (!(Number.isInteger(dimensions) && dimensions > 0) && `dimensions ${dimensions}`) ||
    (!['cosine', 'dot', 'l2'].includes(metric) && `metric ${String(metric)}`) ||
    ((typeof fingerprint !== 'string' || fingerprint === '') && 'an empty fingerprint')
  if (wrong)
    throw new RtError({
      code: 'invalid_request',
      message: `the stamp has ${wrong}.`,
      hint: "Give { dimensions, metric: 'cosine', fingerprint } of the embedding model.",
    })
  if (!metrics.includes(metric)) throw unsupported('metric', metric, metrics)
}

/** @throws RtError `invalid_request`; `unsupported` for a tokenizer the store does not have. */
export const checkOptions = (
  options: CollectionOptions,
  { tokenizers }: { tokenizers: readonly Tokenizer[] },
): CollectionOptions => {
  const { tokenizer, ttl, index, recall } = options
  const wrong =
    (tokenizer !== undefined &&
      !['porter', 'unicode61', 'trigram'].includes(tokenizer) &&
      `tokenizer ${String(tokenizer)}; there are porter, unicode61 and trigram`) ||
    (ttl !== undefined && !(Number.isSafeInteger(ttl) && ttl > 0) && `ttl ${String(ttl)}; give whole milliseconds`) ||
    (index !== undefined && !INDEXES.includes(index) && `index ${String(index)}; there are ${INDEXES.join(', ')}`) ||
    (recall !== undefined && !(recall > 0 && recall <= 1) && `recall ${String(recall)}; give a share above 0, up to 1`)
  if (wrong) throw new RtError({ code: 'invalid_request', message: `the options of the collection have ${wrong}.` })
  if (tokenizer !== undefined && !tokenizers.includes(tokenizer)) throw unsupported('tokenizer', tokenizer, tokenizers)
  const given = Object.entries({ tokenizer, ttl, index, recall }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as CollectionOptions
}

/** What is known of a collection; null where it has not been said yet. */
export type StoredStamp = { readonly [Field in keyof CollectionStamp]: CollectionStamp[Field] | null }

/** The stamp of a collection; undefined until one was given. */
export const stampOf = ({ dimensions, metric, fingerprint }: StoredStamp): CollectionStamp | undefined =>
  dimensions === null || metric === null || fingerprint === null ? undefined : { dimensions, metric, fingerprint }

/**
 * Whether the collection has still to take over the stamp.
 *
 * @throws RtError `stamp_mismatch` when it was made with another one.
 */
export const lacksStamp = (stored: StoredStamp & { name: string }, stamp: CollectionStamp): boolean => {
  const differences = (['dimensions', 'metric', 'fingerprint'] as const).filter(
    (field) => stored[field] !== null && stored[field] !== stamp[field],
  )
  if (!differences.length) return stored.fingerprint === null
  const { name, dimensions, metric, fingerprint } = stored
  throw new RtError({
    code: 'stamp_mismatch',
    message: `collection "${name}" ${differences.map((field) => `has ${field} ${stored[field]}, asked for was ${stamp[field]}`).join('; ')}.`,
    hint: `Open it with the embedding model it was made with, or migrate: ingest the sources into a new collection with the new model, then drop("${name}").`,
    data: { collection: name, stored: { dimensions, metric, fingerprint }, given: { ...stamp } },
  })
}

/** @throws RtError `stamp_mismatch` when the collection was made with other options. */
export const checkSameOptions = (name: string, stored: CollectionOptions, given: CollectionOptions): void => {
  const has: CollectionOptions = { ...DEFAULT_OPTIONS, ...stored }
  const differences = (Object.keys(given) as (keyof CollectionOptions)[]).filter((field) => has[field] !== given[field])
  if (!differences.length) return
  throw new RtError({
    code: 'stamp_mismatch',
    message: `collection "${name}" ${differences.map((field) => `has ${field} ${has[field] ?? 'none'}, asked for was ${given[field]}`).join('; ')}.`,
    hint: `Options are set when a collection is made: open it without them, or migrate: export it, import that into a new collection with these options, then drop("${name}").`,
    data: { collection: name, stored: { ...has }, given: { ...given } },
  })
}

export const storeClosed = (): RtError =>
  new RtError({ code: 'invalid_request', message: 'the vector store is closed.', hint: 'Open it again.' })

export const noCollection = (name: string): RtError =>
  new RtError({
    code: 'not_found',
    message: `there is no collection "${name}" (any more).`,
    hint: 'list() names the ones there are; collection(name) makes one.',
  })

const unsupported = (what: string, given: string, known: readonly string[]): RtError =>
  new RtError({
    code: 'unsupported',
    message: `this store has no ${what} ${given}.`,
    hint: `It has ${known.join(', ')}.`,
  })

/** @throws RtError `invalid_request` for names nothing could have. */
export const checkAliases = (changes: { [alias: string]: string | null }): [string, string | null][] =>
  Object.entries(changes).map(([alias, target]) => [checkName(alias), target === null ? null : checkName(target)])

export const nameTaken = (alias: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `"${alias}" is the name of a collection, and cannot be an alias.`,
    hint: 'Choose another alias, or drop the collection first.',
  })

/** Of a rename that was not told to replace. */
export const nameInUse = (name: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `there is a collection "${name}" already.`,
    hint: 'Choose another name, or say { replace: true } to drop it in the same moment.',
  })

export const aliasOfAlias = (alias: string, target: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `"${alias}" cannot point at "${target}", which is an alias itself.`,
    hint: 'Point it at the collection; list() shows the aliases of each.',
  })

export const aliasNotCollection = (alias: string, collection: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `"${alias}" is an alias of collection "${collection}", and only collections are dropped.`,
    hint: `alias({ ${JSON.stringify(alias)}: null }) takes the alias away; drop("${collection}") deletes the collection.`,
  })

export const isAlias = (name: string, collection: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `"${name}" is an alias of collection "${collection}", and cannot be the name of another.`,
    hint: `Choose another name, or take the alias away: alias({ ${JSON.stringify(name)}: null }).`,
  })
