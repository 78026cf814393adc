import type {
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import { checkAudience } from './check-audience.ts'
import type { TokenStore } from './token-store.ts'

export interface OAuthProviderOptions {
  url: string
  tokens: TokenStore
  clientId?: string
  clientSecret?: string
  scope?: string
  /** Where the browser comes back to. Default: nowhere, there is no browser. */
  redirectUrl?: string
  state?: string
  redirect: (url: URL) => void | Promise<void>
}

/** What the official client asks while it logs in: everything is kept in the store of this one server. */
export const createOAuthProvider = (options: OAuthProviderOptions): OAuthClientProvider => {
  const { url, tokens: store, clientId, clientSecret, scope, redirectUrl, state, redirect } = options
  let verifier = ''
  let discovery: OAuthDiscoveryState | undefined
  const given: StoredOAuthClientInformation | undefined =
    clientId === undefined
      ? undefined
      : { client_id: clientId, ...(clientSecret !== undefined && { client_secret: clientSecret }) }
  // A client is known with the port it came from; with the next login comes another.
  let registered: StoredOAuthClientInformation | undefined
  return {
    // It must be there also where only tokens are refreshed: without it the flow is another.
    redirectUrl: redirectUrl ?? 'http://127.0.0.1/callback',
    clientMetadata: {
      client_name: 'rt',
      redirect_uris: [redirectUrl ?? 'http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: clientSecret === undefined ? 'none' : 'client_secret_basic',
      ...(scope !== undefined && { scope }),
    },
    ...(state !== undefined && { state: () => state }),
    async clientInformation() {
      if (given) return given
      if (registered) return registered
      if (redirectUrl !== undefined) return undefined
      return (await store.read())?.client as StoredOAuthClientInformation | undefined
    },
    async saveClientInformation(client) {
      registered = client
      await store.write({ ...(await store.read()), client })
    },
    async tokens() {
      const tokens = (await store.read())?.tokens as StoredOAuthTokens | undefined
      if (tokens) checkAudience(tokens.access_token, url)
      // A login asks a person, whatever is left of the one before.
      return redirectUrl === undefined ? tokens : undefined
    },
    async saveTokens(tokens) {
      checkAudience(tokens.access_token, url)
      await store.write({ ...(await store.read()), tokens })
    },
    redirectToAuthorization: redirect,
    saveCodeVerifier: (text) => void (verifier = text),
    codeVerifier: () => verifier,
    // Between the two halves of a login, so that the code goes back to whoever was asked.
    saveDiscoveryState: (found) => void (discovery = found),
    discoveryState: () => (redirectUrl === undefined ? undefined : discovery),
    async invalidateCredentials(what) {
      const login = (await store.read()) ?? {}
      if (what === 'all' || what === 'client') registered = undefined
      if (what === 'all') await store.delete()
      else if (what === 'tokens') await store.write({ ...(login.client && { client: login.client }) })
      else if (what === 'client') await store.write({ ...(login.tokens && { tokens: login.tokens }) })
    },
  }
}
