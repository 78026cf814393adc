/** A document or a thread as a resource. */
export type ResourceName = { kind: 'document'; collection: string; source: string } | { kind: 'thread'; thread: string }

export const DOCUMENT_TEMPLATE = 'rt://collections/{collection}/{+source}'
export const THREAD_TEMPLATE = 'rt://threads/{thread}'

export const toUri = (name: ResourceName): string =>
  name.kind === 'thread'
    ? `rt://threads/${encodeURIComponent(name.thread)}`
    : `rt://collections/${encodeURIComponent(name.collection)}/${name.source.split('/').map(encodeURIComponent).join('/')}`

/** Undefined for what is no resource of ours. Read by hand: a URL parser would resolve `..` and change the case of names. */
export const fromUri = (uri: string): ResourceName | undefined => {
  const thread = /^rt:\/\/threads\/([^/?#]+)$/.exec(uri)
  const document = /^rt:\/\/collections\/([^/?#]+)\/([^?#]+)$/.exec(uri)
  try {
    if (thread) return { kind: 'thread', thread: decodeURIComponent(thread[1]!) }
    if (document)
      return {
        kind: 'document',
        collection: decodeURIComponent(document[1]!),
        source: decodeURIComponent(document[2]!),
      }
  } catch {
    // A percent sign that begins no escape.
  }
  return undefined
}
