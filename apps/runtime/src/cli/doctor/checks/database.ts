import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkIntegrity } from '@rt/node/sqlite'
import { bytes } from '../../output/units.ts'
import type { Check, Finding } from '../check.ts'

export const database: Check = {
  section: 'data',
  name: 'database',
  async run({ data, signal }): Promise<Finding> {
    const path = join(data, 'rt.db')
    if (!existsSync(path)) return { name: 'database', state: 'ok', detail: 'none yet' }
    const report = await checkIntegrity(path, { signal })
    const { ok, problems, versions, freePages, pages } = report
    if (!ok) {
      const [first = 'it is damaged', ...others] = problems
      const more = others.length ? `, and ${others.length} more` : ''
      return {
        name: 'database',
        state: 'red',
        detail: `${path} is damaged: ${first}${more}`,
        fix: 'Put a backup back: rt restore FILE (what is there now is kept). Without one: copy the file away before anything else',
      }
    }
    const unused = pages && freePages / pages > 0.5 ? `, ${Math.round((100 * freePages) / pages)} % unused` : ''
    const parts = Object.keys(versions).length
    return {
      name: 'database',
      state: 'ok',
      detail: `whole: ${bytes(report.bytes + report.walBytes)}, ${parts} parts${unused}`,
    }
  },
}
