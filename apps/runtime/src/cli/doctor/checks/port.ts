import { readOwner } from '@rt/node/sqlite'
import { DEFAULT_PORT } from '../../../default-port.ts'
import type { Check, Finding } from '../check.ts'
import { settingsOf } from '../settings-of.ts'
import { unreached } from '../unreached.ts'

export const port: Check = {
  section: 'network',
  name: 'port',
  async run(context): Promise<Finding> {
    const { data, signal } = context
    const { server } = await settingsOf(context)
    const wanted = server.port ?? DEFAULT_PORT
    if (wanted === 0) return { name: 'port', state: 'ok', detail: 'any free one (0 is set)' }
    const name = `port ${wanted}`
    const owner = await readOwner(data).catch(() => undefined)
    if (owner?.address?.endsWith(`:${wanted}`))
      return { name, state: 'ok', detail: `used by the rt of this data folder, process ${owner.pid}` }
    // Trying to listen would change something, for a moment.
    if ((await unreached({ host: '127.0.0.1', port: wanted }, signal)) !== undefined)
      return { name, state: 'ok', detail: 'free' }
    const other = await isRuntime(wanted, signal)
    return {
      name,
      state: 'warning',
      detail: other ? 'used by another rt, with another data folder' : 'used by another program',
      fix: server.port
        ? 'End it, or set another: server.port in config.toml, RT_PORT, or rt serve --port N'
        : 'None needed: rt serve takes the next free one. To choose one: rt serve --port N, or RT_PORT',
    }
  },
}

/** Whether what listens there answers /health as rt does. */
const isRuntime = async (at: number, signal: AbortSignal): Promise<boolean> => {
  try {
    const response = await fetch(`http://127.0.0.1:${at}/health`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(500)]),
      redirect: 'error',
    })
    const body = (await response.json()) as { status?: unknown }
    return ['ok', 'loading', 'degraded', 'draining'].includes(String(body.status))
  } catch {
    return false
  }
}
