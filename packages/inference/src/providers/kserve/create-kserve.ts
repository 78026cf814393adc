import {
  type CallOptions,
  type EmbeddingModel,
  type JsonObject,
  type ModelEntry,
  type Provider,
  RtError,
  systemClock,
} from '@rt/core'
import { type Call, type Connection, readBytes, send, withCall } from './connection.ts'
import { createEmbeddingModel } from './embedding-model.ts'
import { asObject, decodeInfer, encodeInfer, LENGTH_HEADER, parseArray, parseObject } from './infer-body.ts'
import { createLanguageModel } from './language-model.ts'
import type { KServeModelOptions, KServeOptions } from './options.ts'
import type { InferRequest, InferResponse } from './tensor.ts'

export interface KServeProvider extends Provider {
  embeddingModel(model: string): EmbeddingModel
  /** The server runs. */
  live(options?: CallOptions): Promise<boolean>
  /** The server, or one model, takes requests. */
  ready(model?: string, options?: CallOptions): Promise<boolean>
  /** Of the server (`name`, `version`, `extensions`), or of one model (`inputs`, `outputs`, `platform`). */
  metadata(model?: string, options?: CallOptions): Promise<JsonObject>
  infer(model: string, request: InferRequest, options?: CallOptions): Promise<InferResponse>
}

/** Models behind a server of KServe's HTTP protocol, version 2: Triton (with TensorRT-LLM or vLLM), MLServer, KServe. */
export const createKServe = ({
  id = 'kserve',
  baseURL,
  apiKey,
  models = {},
  timeoutMs = 120_000,
  idleMs = 60_000,
  clock = systemClock,
}: KServeOptions): KServeProvider => {
  if (!URL.canParse(baseURL))
    throw new RtError({
      code: 'config_invalid',
      message: `the baseURL of ${id}, ${JSON.stringify(baseURL)}, is no URL.`,
      hint: 'give it up to and without /v2, e.g. http://127.0.0.1:8000.',
    })
  const connection: Connection = { id, baseURL, apiKey, timeoutMs, idleMs, clock }
  const optionsOf = (model: string): KServeModelOptions => (Object.hasOwn(models, model) ? models[model]! : {})
  const pathOf = (model: string): string => {
    const { version } = optionsOf(model)
    return `models/${encodeURIComponent(model)}${version ? `/versions/${encodeURIComponent(version)}` : ''}`
  }
  const idOf = (model: string | undefined): string => (model === undefined ? id : `${id}/${model}`)

  const call = (request: Call, options: CallOptions): Promise<{ bytes: Uint8Array; response: Response }> =>
    withCall(options, async (signal) => {
      const response = await send(connection, request, signal)
      return { bytes: await readBytes(connection, response, request.id, signal), response }
    })
  /** 200 is yes, any other answer no; no answer is an error. */
  const probe = (request: Call, options: CallOptions): Promise<boolean> =>
    call(request, options).then(
      () => true,
      (thrown: unknown) => {
        if (RtError.isInstance(thrown) && thrown.data?.['status'] !== undefined && thrown.code !== 'unauthorized')
          return false
        throw thrown
      },
    )
  const infer: KServeProvider['infer'] = async (model, request, options = {}) => {
    const answer = await call({ path: `${pathOf(model)}/infer`, id: idOf(model), ...encodeInfer(request) }, options)
    return decodeInfer(answer.bytes, answer.response.headers.get(LENGTH_HEADER))
  }

  return {
    id,
    languageModel: (model) =>
      createLanguageModel(connection, { path: pathOf(model), id: idOf(model), options: optionsOf(model) }),
    embeddingModel(model) {
      const { embedding } = optionsOf(model)
      if (!embedding)
        throw new RtError({
          code: 'config_invalid',
          message: `${idOf(model)} is not configured as an embedding model.`,
          hint: `say how long its vectors are: models: { ${JSON.stringify(model)}: { embedding: { dimensions: … } } }.`,
        })
      return createEmbeddingModel({
        id: idOf(model),
        embedding,
        infer: (request, options) => infer(model, request, options),
      })
    },
    live: (options = {}) => probe({ path: 'health/live', id }, options),
    ready: (model, options = {}) =>
      probe({ path: model === undefined ? 'health/ready' : `${pathOf(model)}/ready`, id: idOf(model) }, options),
    async metadata(model, options = {}) {
      const { bytes } = await call({ path: model === undefined ? '' : pathOf(model), id: idOf(model) }, options)
      return parseObject(new TextDecoder().decode(bytes))
    },
    infer,
    async list(options = {}) {
      const headers = { 'content-type': 'application/json' }
      const { bytes } = await call({ path: 'repository/index', id, body: '{}', headers }, options)
      return parseArray(new TextDecoder().decode(bytes)).flatMap((entry): ModelEntry[] => {
        const name = asObject(entry)['name']
        if (typeof name !== 'string') return []
        return [{ id: idOf(name), kind: optionsOf(name).embedding ? 'embed' : 'chat', created: 0, ownedBy: id }]
      })
    },
  }
}
