import type { AuthProvider, OAuthClientProvider } from '@modelcontextprotocol/client'
import { RtError } from '@rt/core'
import type { Sdk } from '../load-sdk.ts'
import type { McpServerOptions } from '../options.ts'
import { createOAuthProvider } from './oauth-provider.ts'
import type { TokenStore } from './token-store.ts'

/** How a server elsewhere is told who asks. Each is for one server: nothing of it is ever sent to another. */
export type McpAuth =
  | { type: 'bearer'; token: string }
  /** `issuer`: the only authorization server that gets the secret. */
  | { type: 'client-credentials'; clientId: string; clientSecret: string; issuer: string; scope?: string }
  /** What a person agreed to in a browser: `loginToMcp`. */
  | { type: 'oauth'; tokens: TokenStore; clientId?: string; clientSecret?: string; scope?: string }

export const createAuthProvider = async ({
  name,
  server,
  sdk,
}: {
  name: string
  server: McpServerOptions
  sdk: Sdk
}): Promise<AuthProvider | OAuthClientProvider | undefined> => {
  const auth = 'url' in server ? server.auth : undefined
  if (!auth || !('url' in server)) return undefined
  switch (auth.type) {
    case 'bearer':
      return { token: async () => auth.token }
    case 'client-credentials':
      return new sdk.ClientCredentialsProvider({
        clientId: auth.clientId,
        clientSecret: auth.clientSecret,
        expectedIssuer: auth.issuer,
        clientName: 'rt',
        ...(auth.scope !== undefined && { scope: auth.scope }),
      })
    case 'oauth': {
      // Without tokens, and without a browser, discovery would end in a question nobody can answer.
      if (!(await auth.tokens.read())?.tokens) return undefined
      return createOAuthProvider({
        url: server.url,
        ...auth,
        redirect: () => {
          throw new RtError({
            code: 'unauthorized',
            message: `the login at the MCP server ${name} is over.`,
            hint: `Run: rt mcp login ${name}.`,
            data: { server: name },
          })
        },
      })
    }
  }
}
