import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DataSet } from '../../data/data-set.ts'

/** Builds a library's graph once a data set and keeps its file beside it; answers the path and vectors a second of the build. */
export const keptIndex = (
  set: DataSet,
  name: string,
  build: (path: string) => void,
): { path: string; rate: number } => {
  const path = join(set.folder, `${name}.index`)
  const facts = `${path}.json`
  if (!existsSync(facts)) {
    const begun = performance.now()
    build(`${path}.tmp`)
    const rate = Math.round(set.count / ((performance.now() - begun) / 1000))
    renameSync(`${path}.tmp`, path)
    writeFileSync(facts, JSON.stringify({ rate }))
  }
  return { path, rate: (JSON.parse(readFileSync(facts, 'utf8')) as { rate: number }).rate }
}
