import type { NetConnectOpts } from 'node:net'
import { resolve } from 'node:path'
import type { VectorSettings } from '../../config/settings.ts'
import type { CheckContext, Finding } from './check.ts'
import { lookAtFolder } from './look-at-folder.ts'
import { unreached } from './unreached.ts'

/** Less than a check may take by itself: what is wrong is said, not that it took long. */
const ANSWER_MS = 1500
const OTHER = 'Name another: url under [vector] of config.toml, or RT_VECTOR_URL'

/** What is wrong with the place of the vectors; undefined when nothing is. Nobody logs in and nothing is made. */
export const vectorFault = async (
  { store = 'sqlite', url }: VectorSettings,
  { data, env, signal }: Pick<CheckContext, 'data' | 'env' | 'signal'>,
): Promise<{ why: string; fix: string } | undefined> => {
  if (store === 'lancedb') {
    const { state, detail, fix }: Finding = await lookAtFolder('', resolve(data, url ?? 'lancedb'), OTHER)
    return state === 'red' ? { why: detail, fix: fix ?? OTHER } : undefined
  }
  const address = store === 'sqlite' || url === undefined ? undefined : URL.parse(url)
  if (!address) return undefined
  const at = store === 'qdrant' ? ofQdrant(address, url!) : ofPostgres(address, env)
  const why = await unreached(at, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]))
  return why === undefined ? undefined : { why: `nothing answers there (${why})`, fix: `Start it. ${OTHER}` }
}

const ofQdrant = ({ hostname, port }: URL, url: string): NetConnectOpts => ({
  host: bare(hostname),
  // As its client has it: a usual port counts only where it is written.
  port: Number(port || (/:(80|443)(\/|$)/.exec(url)?.[1] ?? 6333)),
})

/** A parameter wins over the address, and a path is a folder of sockets; without any the environment decides. */
const ofPostgres = ({ searchParams, hostname, port: written }: URL, env: CheckContext['env']): NetConnectOpts => {
  const host = searchParams.get('host') || decodeURIComponent(hostname) || env['PGHOST'] || 'localhost'
  const port = Number(searchParams.get('port') || written || env['PGPORT'] || 5432)
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host: bare(host), port }
}

/** Of an IPv6 address. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')
