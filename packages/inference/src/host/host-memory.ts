import type { Host } from './create-host.ts'
import { ignoreGone } from './ignore-gone.ts'
import { MEMORY_METHOD } from './protocol.ts'

/** What the child takes in memory, in bytes; undefined while none runs, which this does not change. */
export const hostMemory = async (host: Pick<Host, 'pid' | 'call'>): Promise<number | undefined> =>
  host.pid === undefined ? undefined : ((await host.call<number>(MEMORY_METHOD).catch(ignoreGone)) ?? undefined)
