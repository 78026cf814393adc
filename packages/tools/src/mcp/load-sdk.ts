import { RtError } from '@rt/core'

export type Sdk = typeof import('@modelcontextprotocol/client')

let loading: Promise<Sdk> | undefined

/**
 * The official client, loaded when the first server is needed.
 *
 * @throws RtError `engine_unavailable` when the package is missing.
 */
export const loadSdk = (): Promise<Sdk> =>
  (loading ??= import('@modelcontextprotocol/client').catch((cause: unknown) => {
    loading = undefined
    throw new RtError({
      code: 'engine_unavailable',
      message: 'MCP servers need the package @modelcontextprotocol/client, and it is not there.',
      hint: 'Run: npm install @modelcontextprotocol/client',
      retryable: false,
      cause,
    })
  }))
