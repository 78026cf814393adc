import { type CollectionInfo, RtError, type VectorCollection, type VectorStore } from '@rt/core'

/**
 * A store in which one tenant sees its own collections and no others: their names, and those of aliases, begin with the
 * tenant's name in the store behind. It is for the code of one request; the store is closed by whoever opened it.
 *
 * @param tenant any text that is not empty. No two have a collection in common, whatever is in their names.
 */
export const withNamespace = (store: VectorStore, tenant: string): VectorStore => {
  const prefix = prefixOf(tenant)
  const inside = (name: string): string => {
    if (typeof name === 'string' && name !== '') return prefix + name
    throw new RtError({ code: 'invalid_request', message: `${JSON.stringify(name)} cannot name a collection.` })
  }
  const own = (name: string): string => name.slice(prefix.length)
  /** Errors speak of collections by the names the tenant gave them. */
  const asOwn = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw RtError.isInstance(error) ? withoutPrefix(error, prefix) : error
    }
  }
  const ownInfo = ({ name, aliases, ...info }: CollectionInfo): CollectionInfo => ({
    ...info,
    name: own(name),
    ...(aliases && { aliases: aliases.map(own) }),
  })

  return {
    kind: store.kind,
    capabilities: { ...store.capabilities, snapshot: false },
    collection: (name, stamp, options) =>
      asOwn(async () => ownCollection(await store.collection(inside(name), stamp, options), { own, ownInfo, asOwn })),
    list: async () => (await store.list()).filter(({ name }) => name.startsWith(prefix)).map(ownInfo),
    drop: (name) => asOwn(async () => store.drop(inside(name))),
    alias: (changes) =>
      asOwn(async () =>
        store.alias(
          Object.fromEntries(
            Object.entries(changes).map(([alias, name]) => [inside(alias), name === null ? null : inside(name)]),
          ),
        ),
      ),
    rename: (name, to, options) => asOwn(async () => store.rename(inside(name), inside(to), options)),
    snapshot: async () => {
      throw new RtError({
        code: 'unsupported',
        message: 'a snapshot holds the collections of every tenant, so one tenant cannot take it.',
        hint: 'Take it of the store itself, or use exportCollection for each collection.',
      })
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The end of the tenant's name is certain, since there is no colon in what is encoded. */
const prefixOf = (tenant: string): string => {
  if (typeof tenant === 'string' && tenant !== '' && tenant.isWellFormed())
    return `tenant:${encodeURIComponent(tenant)}:`
  throw new RtError({
    code: 'invalid_request',
    message: `${JSON.stringify(tenant)} cannot name a tenant.`,
    hint: 'Use text that is not empty, such as the id of the customer.',
  })
}

interface Translation {
  own(name: string): string
  ownInfo(info: CollectionInfo): CollectionInfo
  asOwn<T>(work: () => Promise<T>): Promise<T>
}

const ownCollection = (collection: VectorCollection, { own, ownInfo, asOwn }: Translation): VectorCollection => ({
  name: own(collection.name),
  upsert: (...args) => asOwn(() => collection.upsert(...args)),
  get: (...args) => asOwn(() => collection.get(...args)),
  update: (...args) => asOwn(() => collection.update(...args)),
  delete: (...args) => asOwn(() => collection.delete(...args)),
  count: (...args) => asOwn(() => collection.count(...args)),
  scroll: (...args) => asOwn(() => collection.scroll(...args)),
  search: (...args) => asOwn(() => collection.search(...args)),
  describe: () => asOwn(async () => ownInfo(await collection.describe())),
})

const withoutPrefix = (error: RtError, prefix: string): RtError => {
  const clean = (text: string): string => text.replaceAll(prefix, '')
  const { data } = error
  return new RtError({
    code: error.code,
    message: clean(error.message),
    hint: error.hint === undefined ? undefined : clean(error.hint),
    retryable: error.retryable,
    cause: error.cause,
    ...(data !== undefined && { data: JSON.parse(clean(JSON.stringify(data))) as NonNullable<typeof data> }),
  })
}
