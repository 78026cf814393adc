import type { IndexInfo } from '@rt/core'
import type { CollectionIdentity } from './search/protocol.ts'
import type { SearchThread } from './search/search-thread.ts'

/** What searches a collection right now. Starts no thread to find out. */
export const describeIndex = async (thread: SearchThread, collection: CollectionIdentity): Promise<IndexInfo> =>
  (await thread.describe(collection)) ?? { kind: 'flat', reason: 'nobody has searched it yet' }
