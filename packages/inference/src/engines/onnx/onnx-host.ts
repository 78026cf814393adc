import { sha256File } from '@rt/node/files'
import { loadUnchanged } from '../../driver-kit/load-unchanged.ts'
import { type HostCallContext, serveHost } from '../../host/serve-host.ts'
import { loadRuntime, type OnnxRuntime } from './load-runtime.ts'
import { checkModelFile } from './model-file/check-model-file.ts'
import { loadModelSession, type ModelSession } from './model-session.ts'
import type {
  EmbedParams,
  EmbedResult,
  LoadParams,
  LoadResult,
  ModelSpec,
  ScoreParams,
  ScoreResult,
  StateParams,
  StateResult,
  UnloadParams,
} from './protocol.ts'

// Entry of the child process that runs ONNX models: `run()` blocks the event loop it is called from.

interface Loaded {
  session: ModelSession
  /** All that its weights and tokens come from. */
  files: string[]
}

let runtime: Promise<OnnxRuntime> | undefined
const sessions = new Map<string, Promise<Loaded>>()
/** Those whose loading ended. */
const loaded = new Map<string, Loaded>()

/** The promise is kept only while it may succeed: the next call tries again. */
const loadOnce = (): Promise<OnnxRuntime> => {
  runtime ??= loadRuntime().catch((error: unknown) => {
    runtime = undefined
    throw error
  })
  return runtime
}

const keyOf = (spec: ModelSpec): string => JSON.stringify(spec)

const open = (spec: ModelSpec): Promise<Loaded> => {
  const key = keyOf(spec)
  const known = sessions.get(key)
  if (known) return known
  const opening = loadOnce().then((runtime) => load(runtime, spec))
  sessions.set(key, opening)
  opening.then(
    (ready) => sessions.get(key) === opening && loaded.set(key, ready),
    () => sessions.delete(key),
  )
  return opening
}

/** The files that are checked are those that native code reads: none may change in between. */
const load = (runtime: OnnxRuntime, spec: ModelSpec): Promise<Loaded> => {
  const { id, modelPath, tokenizerPath, stamps } = spec
  const discard = ({ session }: Loaded): Promise<void> => session.release()
  return loadUnchanged({
    model: id,
    files: [
      { path: modelPath, stamp: stamps?.model },
      { path: tokenizerPath, stamp: stamps?.tokenizer },
    ],
    load: () => {
      const checked = checkModelFile(modelPath, id)
      return loadUnchanged({
        model: id,
        files: checked.external.map((path) => ({ path })),
        load: async () => ({
          session: await loadModelSession(runtime, spec, checked),
          files: [modelPath, tokenizerPath, ...checked.external],
        }),
        discard,
      })
    },
    discard,
  })
}

const release = async (spec: ModelSpec): Promise<void> => {
  const opened = sessions.get(keyOf(spec))
  sessions.delete(keyOf(spec))
  loaded.delete(keyOf(spec))
  await (await opened)?.session.release()
}

serveHost({
  methods: {
    async warm(): Promise<void> {
      await loadOnce()
    },
    async load({ spec, hash }: LoadParams, { signal }: HostCallContext): Promise<LoadResult> {
      const { session, files } = await open(spec)
      const hashed = hash ? files : []
      const hashes = await Promise.all(hashed.map((path) => sha256File(path, { signal })))
      return { hashes, msPerToken: session.msPerToken }
    },
    async embed({ spec, texts }: EmbedParams, { signal }: HostCallContext): Promise<EmbedResult> {
      return (await open(spec)).session.embed(texts, signal)
    },
    async score({ spec, ...params }: ScoreParams, { signal }: HostCallContext): Promise<ScoreResult> {
      return (await open(spec)).session.score(params, signal)
    },
    state({ spec }: StateParams): StateResult | undefined {
      const session = loaded.get(keyOf(spec))?.session
      return session && { weightsBytes: session.weightsBytes }
    },
    async unload({ spec }: UnloadParams): Promise<void> {
      await release(spec)
    },
  },
})
