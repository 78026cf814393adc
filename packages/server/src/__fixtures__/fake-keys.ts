import type { Identity, KeysPort } from '@rt/core'

export interface FakeKeys extends KeysPort {
  /** By secret; may be changed while a server runs. */
  stored: Map<string, Identity>
  /** Every secret that was looked up. */
  asked: string[]
}

export const createFakeKeys = (stored: Record<string, Identity> = {}): FakeKeys => {
  const keys: FakeKeys = {
    stored: new Map(Object.entries(stored)),
    asked: [],
    required: async () => keys.stored.size > 0,
    async identify(secret) {
      keys.asked.push(secret)
      return keys.stored.get(secret)
    },
  }
  return keys
}
