import type { Principal } from '../model/call-options.ts'

/**
 * `chat`: the `/v1` wires and the app's own routes. `admin`: also the native API, which reads every thread of the operator
 * and can stop the server.
 */
export type KeyScope = 'chat' | 'admin'

/** An API key without its secret. */
export interface KeyInfo {
  /** The principal of what is done with it; but under `/rt`, where every key acts as the operator: `local`. */
  id: string
  name: string
  scope: KeyScope
  /** First characters of the secret, to tell keys apart. */
  hint: string
  /** Milliseconds since 1970. */
  createdAt: number
  lastUsedAt?: number
}

/** Who sends a request. */
export interface Identity {
  principal: Principal
  scope: KeyScope
}

/** Port of the server's key check. */
export interface KeysPort {
  /** Whether any key exists: then every protected request must carry one. */
  required(): Promise<boolean>
  /** Who a secret belongs to; undefined when nobody's. Compare digests in constant time. */
  identify(secret: string): Promise<Identity | undefined>
}
