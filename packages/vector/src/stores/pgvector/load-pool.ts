import { RtError } from '@rt/core'
import type { PostgresPool } from './connection.ts'

export interface OwnPool extends PostgresPool {
  end(): Promise<void>
}

/**
 * A pool of `pg` at an address. It connects when it is first asked to.
 *
 * @throws RtError `unsupported` without the package; `config_invalid` for what is no address of Postgres, which is never
 * repeated: it holds a password.
 */
export const loadPool = async (
  url: string,
  { connections = 10, statementTimeout = 60_000 }: { connections?: number; statementTimeout?: number },
): Promise<OwnPool> => {
  checkUrl(url)
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new RtError({
      code: 'unsupported',
      message: 'the store pgvector needs the package pg, which is not installed.',
      hint: 'Install it: npm install pg',
      cause,
    })
  })
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    statement_timeout: statementTimeout,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'rt',
  })
  // Without a listener the loss of a connection that is idle, or about to be closed, would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => void client.on('error', () => {}))
  return pool
}

const checkUrl = (url: string): void => {
  // The errors of URL and of pg show the whole address.
  const protocol = typeof url === 'string' && URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== undefined && ['postgres:', 'postgresql:', 'socket:'].includes(protocol)) return
  throw new RtError({
    code: 'config_invalid',
    message:
      protocol === undefined
        ? 'the url of the store pgvector is no URL.'
        : `the url of the store pgvector begins with ${protocol}`,
    hint: 'Give postgres://USER:PASSWORD@HOST:PORT/DATABASE; encode special characters of a password by encodeURIComponent.',
  })
}
