/**
 * Version 4 of the AI SDK's provider interface, as far as rt speaks it: copies of its shapes, checked against
 * @ai-sdk/provider in v4-types.test.ts. So nobody needs that package to compile against this one.
 */
export type V4Json = null | string | number | boolean | Readonly<V4JsonObject> | readonly V4Json[]

export interface V4JsonObject {
  [key: string]: V4Json | undefined
}

/** Opaque data, keyed by the provider's name. */
export type V4Metadata = Record<string, V4JsonObject>

export type V4Warning =
  | { type: 'unsupported' | 'compatibility'; feature: string; details?: string }
  | { type: 'deprecated'; setting: string; message: string }
  | { type: 'other'; message: string }

export interface V4DataFile {
  type: 'data'
  /** Bytes, or base64. */
  data: Uint8Array | string
}

export interface V4UrlFile {
  type: 'url'
  url: URL
  originalUrl?: string
}

export type V4FileData =
  | V4DataFile
  | V4UrlFile
  | { type: 'reference'; reference: Record<string, string> & { type?: never } }
  | { type: 'text'; text: string }
