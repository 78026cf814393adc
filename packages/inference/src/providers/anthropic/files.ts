import type { CallOptions } from '@rt/core'
import { callApi } from './call-api.ts'
import type { AnthropicClient } from './load-client.ts'
import type { AnthropicSettings } from './options.ts'

export interface AnthropicFile {
  /** For `provider: { anthropic: { fileId } }` of a file part. */
  id: string
  name: string
  mediaType: string
  bytes: number
  /** Seconds since 1970. */
  created: number
}

export interface AnthropicFiles {
  upload(file: { name: string; mediaType: string; data: Uint8Array }, options?: CallOptions): Promise<AnthropicFile>
  list(options?: CallOptions): Promise<AnthropicFile[]>
  remove(id: string, options?: CallOptions): Promise<void>
}

export const createFiles = (settings: AnthropicSettings, client: () => Promise<AnthropicClient>): AnthropicFiles => {
  // In the old version files are a beta.
  const headers = settings.version === '2023-06-01' ? { 'anthropic-beta': 'files-api-2025-04-14' } : {}
  return {
    upload: ({ name, mediaType, data }, { signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk, toFile }) => {
        const file = await toFile(data, name, { type: mediaType })
        return toEntry(await sdk.files.upload({ file }, { signal, headers }))
      }),
    list: ({ signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) => {
        const files: AnthropicFile[] = []
        for await (const file of sdk.files.list({}, { signal, headers })) files.push(toEntry(file))
        return files
      }),
    remove: (id, { signal } = {}) =>
      callApi(settings, client, signal, async ({ sdk }) => {
        await sdk.files.delete(id, {}, { signal, headers })
      }),
  }
}

const toEntry = (file: {
  id: string
  filename: string
  mime_type: string
  size_bytes: number
  created_at: string
}): AnthropicFile => ({
  id: file.id,
  name: file.filename,
  mediaType: file.mime_type,
  bytes: file.size_bytes,
  created: Math.floor(Date.parse(file.created_at) / 1000),
})
