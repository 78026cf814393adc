import { RtError, type StreamPart } from '@rt/core'
import { sha256File } from '@rt/node/files'
import { loadUnchanged } from '../../driver-kit/load-unchanged.ts'
import { type HostCallContext, serveHost } from '../../host/serve-host.ts'
import { loadRuntime, type OnnxRuntime } from './load-runtime.ts'
import { checkModelFile } from './model-file/check-model-file.ts'
import { loadModelSession, type ModelSession } from './model-session.ts'
import type {
  CountParams,
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
  WriteParams,
} from './protocol.ts'
import { loadWriterSession, type WriterSession } from './writer-session.ts'

// Entry of the child process that runs ONNX models: `run()` blocks the event loop it is called from.

interface Loaded {
  session: ModelSession | undefined
  writer: WriterSession | undefined
  weightsBytes: number
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
  const discard = async ({ session, writer }: Loaded): Promise<void> => (session ?? writer)?.release()
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
          session: spec.task === 'write' ? undefined : await loadModelSession(runtime, spec, checked),
          writer: spec.task === 'write' ? await loadWriterSession(runtime, spec) : undefined,
          weightsBytes: checked.weightsBytes,
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
  const { session, writer } = (await opened) ?? {}
  await (session ?? writer)?.release()
}

const sessionOf = async (spec: ModelSpec): Promise<ModelSession> => (await open(spec)).session ?? wrongTask(spec)

const writerOf = async (spec: ModelSpec): Promise<WriterSession> => (await open(spec)).writer ?? wrongTask(spec)

const wrongTask = ({ id, task }: ModelSpec): never => {
  throw new RtError({ code: 'internal', message: `${id} was loaded to ${task}.` })
}

serveHost({
  methods: {
    async warm(): Promise<void> {
      await loadOnce()
    },
    async load({ spec, hash }: LoadParams, { signal }: HostCallContext): Promise<LoadResult> {
      const { session, writer, files } = await open(spec)
      const hashed = hash ? files : []
      const hashes = await Promise.all(hashed.map((path) => sha256File(path, { signal })))
      const { msPerToken = 0 } = session ?? writer ?? {}
      const dimensions = session?.dimensions
      return {
        hashes,
        msPerToken,
        ...(dimensions !== undefined && { dimensions }),
        ...(writer && { templateHash: writer.templateHash }),
      }
    },
    async embed({ spec, texts }: EmbedParams, { signal }: HostCallContext): Promise<EmbedResult> {
      return (await sessionOf(spec)).embed(texts, signal)
    },
    async score({ spec, ...params }: ScoreParams, { signal }: HostCallContext): Promise<ScoreResult> {
      return (await sessionOf(spec)).score(params, signal)
    },
    async count({ spec, prompt }: CountParams): Promise<number> {
      return (await writerOf(spec)).count(prompt)
    },
    async *write({ spec, request }: WriteParams, { signal }: HostCallContext): AsyncIterable<StreamPart> {
      yield* (await writerOf(spec)).write(request, signal)
    },
    state({ spec }: StateParams): StateResult | undefined {
      const ready = loaded.get(keyOf(spec))
      return ready && { weightsBytes: ready.weightsBytes, ...(ready.writer && { writing: ready.writer.state() }) }
    },
    async unload({ spec }: UnloadParams): Promise<void> {
      await release(spec)
    },
  },
})
