import { CHAT_ENTRIES } from './table/chat.ts'
import { EMBED_ENTRIES } from './table/embed.ts'
import { RERANK_ENTRIES } from './table/rerank.ts'
import type { CatalogEntry } from './types.ts'

/**
 * The models rt knows by name. Those that everything works with at once have a second source beside the hub, so that one
 * blocked host is not the end, and are pinned by size and hash: those of the bytes that ran with the engines of this
 * package. The others are where the hub says; what it says at the first pull holds from then on.
 */
export const ENTRIES: CatalogEntry[] = [...CHAT_ENTRIES, ...EMBED_ENTRIES, ...RERANK_ENTRIES]
