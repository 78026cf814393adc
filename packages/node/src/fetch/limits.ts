/** What every request of this package is bound by. */
export interface Limits {
  /** To resolve the name, connect and, for https, greet. Default 3000. */
  connectTimeoutMs?: number
  /**
   * For the headers after connecting, and then between two pieces of the body. In twice the time at least 64 kB must come,
   * or the end. Default 30,000.
   */
  idleTimeoutMs?: number
  signal?: AbortSignal
}
