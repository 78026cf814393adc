import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file that is made, in part or as a whole. */
export interface GeneratedPage {
  /** Inside `docs`. */
  path: string
  /** As it should be. */
  text: string
  /** As it is; undefined when there is none. */
  found: string | undefined
}

const DOCS = new URL('../../docs/', import.meta.url)

export const readPage = (path: string): string | undefined => {
  try {
    return readFileSync(new URL(path, DOCS), 'utf8')
  } catch {
    return undefined
  }
}

export const isStale = ({ text, found }: GeneratedPage): boolean => text !== found

/** Of a script that was started itself: writes what is stale, or with --check tells of it and fails. */
export const writePages = async (
  script: string,
  make: () => Promise<GeneratedPage[]> | GeneratedPage[],
): Promise<void> => {
  if (process.argv[1] !== fileURLToPath(script)) return
  const check = process.argv.includes('--check')
  for (const { path, text } of (await make()).filter(isStale)) {
    if (check) process.exitCode = 1
    else writeFileSync(new URL(path, DOCS), text)
    console.log(`docs/${path}: ${check ? 'stale' : 'written'}`)
  }
}
