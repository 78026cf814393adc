import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type HostCallContext, serveHost } from '../../host/serve-host.ts'
import { type EmbedderSession, loadEmbedderSession } from './embedder-session.ts'
import { loadRuntime, type OnnxRuntime } from './load-runtime.ts'
import type { EmbedderSpec, EmbedParams, EmbedResult, LoadParams, LoadResult, UnloadParams } from './protocol.ts'

// Entry of the child process that runs ONNX models: `run()` blocks the event loop it is called from.

let runtime: Promise<OnnxRuntime> | undefined
const sessions = new Map<string, Promise<EmbedderSession>>()

/** The promise is kept only while it may succeed: the next call tries again. */
const loadOnce = (): Promise<OnnxRuntime> => {
  runtime ??= loadRuntime().catch((error: unknown) => {
    runtime = undefined
    throw error
  })
  return runtime
}

const keyOf = (spec: EmbedderSpec): string => JSON.stringify(spec)

const sessionOf = (spec: EmbedderSpec): Promise<EmbedderSession> => {
  const key = keyOf(spec)
  const open = sessions.get(key)
  if (open) return open
  const session = loadOnce().then((loaded) => loadEmbedderSession(loaded, spec))
  sessions.set(key, session)
  session.catch(() => sessions.delete(key))
  return session
}

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

const release = async (spec: EmbedderSpec): Promise<void> => {
  const session = sessions.get(keyOf(spec))
  sessions.delete(keyOf(spec))
  await (await session)?.release()
}

serveHost({
  methods: {
    async warm(): Promise<void> {
      await loadOnce()
    },
    async load({ spec, hash }: LoadParams): Promise<LoadResult> {
      await sessionOf(spec)
      return { hashes: hash ? await Promise.all([spec.modelPath, spec.tokenizerPath].map(sha256)) : [] }
    },
    async embed({ spec, texts }: EmbedParams, { signal }: HostCallContext): Promise<EmbedResult> {
      return (await sessionOf(spec)).embed(texts, signal)
    },
    async unload({ spec }: UnloadParams): Promise<void> {
      await release(spec)
    },
  },
})
