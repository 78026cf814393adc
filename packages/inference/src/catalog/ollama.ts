import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PlacedEntry } from './place.ts'
import { readParameters } from './read-parameters.ts'
import { type CacheOptions, ollamaRoots } from './sources/caches.ts'
import type { CatalogFile, ModelKind, ModelPreset } from './types.ts'

// Files of another program: bounded, and what cannot be read is as if it were not there.
const MOST_BYTES = 1024 * 1024
const MOST_MODELS = 500
const REGISTRY = 'registry.ollama.ai'
const LIBRARY = 'library'

interface Layer {
  mediaType: string
  sha256: string
  size: number
}

/**
 * A model that Ollama keeps on this machine, used in place: weights, parameters, system text and messages. Its templates
 * are Go's and cannot run here: the one in the GGUF file is used.
 *
 * @param model as Ollama names it, `llama3.2:3b`.
 */
export const ollamaEntry = (model: string, name: string, options: CacheOptions): PlacedEntry | undefined => {
  for (const root of ollamaRoots(options)) {
    const manifest = findManifest(join(root, 'manifests'), model)
    const layers = manifest === undefined ? undefined : readManifest(manifest)
    const weights = layers?.find(({ mediaType }) => mediaType.endsWith('.image.model'))
    if (!layers || !weights || !isThere(blobPath(root, weights))) continue
    const text = (kind: string): string | undefined => {
      const layer = layers.find(({ mediaType }) => mediaType.endsWith(`.image.${kind}`))
      return layer && readText(blobPath(root, layer))
    }
    const { sampling, preset: read } = readParameters(Object.entries(readObject(text('params'))))
    const adapters = layers.filter(({ mediaType }) => mediaType.endsWith('.image.adapter'))
    const system = text('system')
    const messages = readMessages(text('messages'))
    const preset: ModelPreset = {
      ...read,
      ...(system && { system }),
      ...(messages.length > 0 && { messages }),
      ...(adapters.length > 0 && { adapters: adapters.map((one) => ({ path: blobPath(root, one), scale: 1 })) }),
    }
    const file: CatalogFile = {
      role: 'model',
      name: `sha256-${weights.sha256}`,
      bytes: weights.size,
      sha256: weights.sha256,
      sources: [],
    }
    const licence = licenceOf(text('license'))
    return {
      at: 'ollama',
      entry: {
        name,
        aliases: [],
        kind: kindOf(readObject(text('config'))),
        engine: 'gguf',
        files: [file],
        ...(licence && { licence }),
        ...(Object.keys(sampling).length > 0 && { sampling }),
        ...(Object.keys(preset).length > 0 && { preset }),
      },
    }
  }
  return undefined
}

/** Names of all models Ollama keeps here, as it writes them. */
export const listOllama = (options: CacheOptions): string[] => {
  const names = ollamaRoots(options).flatMap((root) =>
    list(join(root, 'manifests')).flatMap((host) =>
      list(join(root, 'manifests', host)).flatMap((owner) =>
        list(join(root, 'manifests', host, owner)).flatMap((model) =>
          list(join(root, 'manifests', host, owner, model)).map((tag) => {
            const path = [
              ...(host === REGISTRY ? [] : [host]),
              ...(owner === LIBRARY && host === REGISTRY ? [] : [owner]),
              model,
            ]
            return `${path.join('/')}:${tag}`
          }),
        ),
      ),
    ),
  )
  return [...new Set(names)].slice(0, MOST_MODELS)
}

/** `[host/][owner/]model[:tag]`, whatever its case; the caller has checked that no part leads elsewhere. */
const findManifest = (folder: string, model: string): string | undefined => {
  const [path = '', tag = 'latest'] = model.split(':')
  const [name = '', owner = LIBRARY, host = REGISTRY] = path.split('/').toReversed()
  let found = folder
  for (const part of [host, owner, name, tag]) {
    const exact =
      list(found).find((one) => one === part) ?? list(found).find((one) => one.toLowerCase() === part.toLowerCase())
    if (exact === undefined) return undefined
    found = join(found, exact)
  }
  return found
}

const readManifest = (path: string): Layer[] | undefined => {
  const { layers, config } = readObject(readText(path))
  if (!Array.isArray(layers)) return undefined
  return [...layers, { ...(config as object | undefined), mediaType: 'application/vnd.ollama.image.config' }].flatMap(
    (value: unknown) => {
      const { mediaType, digest, size } = (value ?? {}) as Record<string, unknown>
      const sha256 = /^sha256:([0-9a-f]{64})$/.exec(String(digest))?.[1]
      const good = sha256 && typeof mediaType === 'string' && Number.isSafeInteger(size)
      return good ? [{ mediaType, sha256, size: size as number }] : []
    },
  )
}

const blobPath = (root: string, { sha256 }: Layer): string => join(root, 'blobs', `sha256-${sha256}`)

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const readText = (path: string): string | undefined => {
  try {
    return statSync(path).size <= MOST_BYTES ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return []
  }
}

const readJson = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const readObject = (text: string | undefined): Record<string, unknown> => {
  const value = readJson(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

const ROLES = ['system', 'user', 'assistant'] as const

const readMessages = (text: string | undefined): NonNullable<ModelPreset['messages']> => {
  const value = readJson(text)
  if (!Array.isArray(value)) return []
  return value.slice(0, 200).flatMap((one: unknown) => {
    const { role, content } = (one ?? {}) as Record<string, unknown>
    const known = ROLES.find((name) => name === role)
    return known && typeof content === 'string' ? [{ role: known, text: content }] : []
  })
}

const kindOf = (config: Record<string, unknown>): ModelKind =>
  /bert/i.test(`${String(config['model_family'])} ${String(config['model_families'])}`) ? 'embed' : 'chat'

/** Its first words: what people know a licence by. */
const licenceOf = (text: string | undefined): string | undefined =>
  text
    ?.split('\n')
    .map((line) => line.trim())
    .find(Boolean)
    ?.slice(0, 60)
