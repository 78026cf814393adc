import { type CollectionInfo, nearestNames, RtError, type VectorStore } from '@rt/core'

/** Of that name, or behind that alias; undefined when there is none. Opening one would make it. */
export const findInfo = (infos: CollectionInfo[], name: string): CollectionInfo | undefined =>
  infos.find((info) => info.name === name) ?? infos.find(({ aliases = [] }) => aliases.includes(name))

/** @throws RtError `not_found` naming those there are. */
export const findCollection = async (store: VectorStore, name: string): Promise<CollectionInfo> => {
  const infos = await store.list()
  const info = findInfo(infos, name)
  if (info) return info
  const known = infos.flatMap((other) => [other.name, ...(other.aliases ?? [])])
  const [near] = nearestNames(name, known)
  throw new RtError({
    code: 'not_found',
    message: `there is no collection "${name}".`,
    hint: `${near === undefined ? '' : `Did you mean ${near}? `}${known.length ? `Collections: ${known.join(', ')}.` : 'There is none yet: ingest documents first.'}`,
  })
}
