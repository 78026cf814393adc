import type { SourceLocation } from '../parse-source.ts'
import type { CatalogFile } from '../types.ts'

export interface SourceRequest {
  file: CatalogFile
  /** A folder of this pull alone; it is deleted afterwards, but for what `http` can resume. */
  workspace: string
  home: string
  env: Record<string, string | undefined>
  /** For the hub. */
  token?: string | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((done: number, total: number) => void) | undefined
}

export type Scheme = SourceLocation['scheme']

/**
 * Delivers one file into the workspace and returns its path. Nothing is checked here: the catalog compares size and hash.
 *
 * @throws RtError `unsupported` when this machine cannot use the source (a client is missing): it is skipped.
 *   Any other error: it failed. Both let the next source have its turn.
 */
export type Source<S extends Scheme = Scheme> = (
  location: Extract<SourceLocation, { scheme: S }>,
  request: SourceRequest,
) => Promise<string>

export type Sources = { [S in Scheme]: Source<S> }
