import type { Provider } from '@rt/core'
import type { FakeWire } from './fake-wire.ts'

export interface SubjectOptions {
  /** `http://127.0.0.1:<port>`, without the path of an API version. */
  url: string
  apiKey: string
  /** How long headers may take. */
  timeoutMs: number
  /** How long a stream may say nothing. */
  idleMs: number
}

export interface ConformanceSubject {
  /** Heads the tests. */
  name: string
  /** A provider that calls this address and nothing else. */
  create(options: SubjectOptions): Provider
  wire: FakeWire
  /** What the driver can; what is left out is tested. */
  without?: ('tools' | 'parallel-tools' | 'tool-choice' | 'structured-output' | 'reasoning')[]
  /**
   * Tests by name that it fails, and why it cannot do better. They run and must fail: an entry that is no longer true, or
   * names no test, is red.
   */
  cannot?: Record<string, string>
}
