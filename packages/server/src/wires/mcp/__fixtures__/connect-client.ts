import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { App } from '../../../app.ts'

export interface ConnectOptions extends ClientOptions {
  key?: string
  /** Stands between client and app. */
  fetch?: (request: Request) => Promise<Response>
}

/** The real client of the SDK, connected to an app in this process. */
export const connectClient = async (
  app: Pick<App, 'fetch'>,
  { key, fetch = (request) => app.fetch(request), ...options }: ConnectOptions = {},
  prepare: (client: Client) => void = () => {},
): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> => {
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1:4141/mcp'), {
    fetch: (url, init) => fetch(new Request(url, init)),
    requestInit: { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } },
    reconnectionOptions: {
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 10,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 5,
    },
  })
  const client = new Client({ name: 'test', version: '1' }, options)
  prepare(client)
  await client.connect(transport)
  return { client, transport }
}
