import { sha256File } from '@rt/node/files'
import { loadUnchanged } from '../../driver-kit/load-unchanged.ts'
import { type HostCallContext, serveHost } from '../../host/serve-host.ts'
import { type EmbedderSession, loadEmbedderSession } from './embedder-session.ts'
import { loadRuntime, type OnnxRuntime } from './load-runtime.ts'
import type {
  EmbedderSpec,
  EmbedParams,
  EmbedResult,
  LoadParams,
  LoadResult,
  StateParams,
  StateResult,
  UnloadParams,
} from './protocol.ts'

// Entry of the child process that runs ONNX models: `run()` blocks the event loop it is called from.

let runtime: Promise<OnnxRuntime> | undefined
const sessions = new Map<string, Promise<EmbedderSession>>()
/** Those whose loading ended. */
const loaded = new Map<string, EmbedderSession>()

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
  const session = loadOnce().then((runtime) => loadSession(runtime, spec))
  sessions.set(key, session)
  session.then(
    (ready) => sessions.get(key) === session && loaded.set(key, ready),
    () => sessions.delete(key),
  )
  return session
}

const loadSession = (runtime: OnnxRuntime, spec: EmbedderSpec): Promise<EmbedderSession> =>
  loadUnchanged({
    model: spec.id,
    files: [
      { path: spec.modelPath, stamp: spec.stamps?.model },
      { path: spec.tokenizerPath, stamp: spec.stamps?.tokenizer },
    ],
    load: () => loadEmbedderSession(runtime, spec),
    discard: (session) => session.release(),
  })

const release = async (spec: EmbedderSpec): Promise<void> => {
  const session = sessions.get(keyOf(spec))
  sessions.delete(keyOf(spec))
  loaded.delete(keyOf(spec))
  await (await session)?.release()
}

serveHost({
  methods: {
    async warm(): Promise<void> {
      await loadOnce()
    },
    async load({ spec, hash }: LoadParams, { signal }: HostCallContext): Promise<LoadResult> {
      await sessionOf(spec)
      const files = hash ? [spec.modelPath, spec.tokenizerPath] : []
      return { hashes: await Promise.all(files.map((path) => sha256File(path, { signal }))) }
    },
    async embed({ spec, texts }: EmbedParams, { signal }: HostCallContext): Promise<EmbedResult> {
      return (await sessionOf(spec)).embed(texts, signal)
    },
    state({ spec }: StateParams): StateResult | undefined {
      const session = loaded.get(keyOf(spec))
      return session && { weightsBytes: session.weightsBytes }
    },
    async unload({ spec }: UnloadParams): Promise<void> {
      await release(spec)
    },
  },
})
