import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Problems } from './report.ts'

/** Of all JavaScript that `import '@rt/core'` loads. About a quarter above what it was when this was written. */
const CEILING_BYTES = 22_000

/** The root of @rt/core runs anywhere and is small: no `node:` module, and a ceiling of bytes. */
export const checkCore = (folder: string): { problems: Problems; bytes: number } => {
  const files = reachable(join(folder, 'node_modules', '@rt', 'core', 'dist', 'index.js'))
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const problems = [...files]
    .filter(([, text]) => /(from|import|require)\s*\(?\s*['"]node:/.test(text))
    .map(([file]) => `${file} imports a module of Node: core must run anywhere`)
  if (bytes > CEILING_BYTES) problems.push(`@rt/core loads ${bytes} bytes, more than the ceiling of ${CEILING_BYTES}`)
  return { problems, bytes }
}

/** A file and what it imports relatively, with their texts. */
const reachable = (file: string, seen = new Map<string, string>()): Map<string, string> => {
  if (seen.has(file)) return seen
  const text = readFileSync(file, 'utf8')
  seen.set(file, text)
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g))
    reachable(join(dirname(file), target!), seen)
  return seen
}
