import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file path in a folder of its own, which goes with it. */
export const temporaryFile = (): Disposable & { path: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-vector-'))
  return { path: join(folder, 'rt.db'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
