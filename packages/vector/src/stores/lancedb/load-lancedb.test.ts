import { describe, expect, it } from 'vitest'
import { loadLancedb } from './load-lancedb.ts'

const notFound = (name: string, code: string): Error =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /somewhere/load-lancedb.js`), { code })

describe('loadLancedb', () => {
  it('names the command that installs what is missing, and the optional dependencies nobody needs', async () => {
    for (const [name, code] of [
      ['@lancedb/lancedb', 'ERR_MODULE_NOT_FOUND'],
      ['apache-arrow', 'MODULE_NOT_FOUND'],
    ] as const) {
      const error = await loadLancedb(() => Promise.reject(notFound(name, code))).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'unsupported' })
      const { hint } = error as { hint: string }
      expect(hint).toContain('npm install @lancedb/lancedb apache-arrow')
      expect(hint).toContain('@huggingface/transformers')
    }
  })

  it('says so when the native part does not start', async () => {
    const cause = notFound('@lancedb/lancedb-darwin-x64', 'MODULE_NOT_FOUND')
    await expect(loadLancedb(() => Promise.reject(cause))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('does not start here') as string,
      hint: expect.stringContaining('Intel') as string,
    })
  })

  it('leaves the environment as it was', async () => {
    const { LANCEDB_LOG } = process.env
    await loadLancedb()
    expect(process.env.LANCEDB_LOG).toBe(LANCEDB_LOG)
  })
})
