import { RtError } from '@rt/core'
import type * as Lancedb from '@lancedb/lancedb'
import type * as Arrow from 'apache-arrow'

export interface Libraries {
  lancedb: typeof Lancedb
  arrow: typeof Arrow
}

/** Read once, when the native part is loaded. It writes warnings to stderr by itself otherwise. */
const LOG = 'LANCEDB_LOG'
const INSTALL = 'npm install @lancedb/lancedb apache-arrow@18.1.0'

/**
 * Loads LanceDB and Arrow, optional peers of about 200 MB.
 *
 * @param load only for tests.
 * @throws RtError `unsupported` with the command that installs them, or with the loader's words when they are there but
 * do not start.
 */
export const loadLancedb = async (load: () => Promise<Libraries> = importBoth): Promise<Libraries> => {
  const silent = process.env[LOG] === undefined
  if (silent) process.env[LOG] = 'off'
  try {
    return await load()
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    const isMissing = isAbsent(cause, text)
    throw new RtError({
      code: 'unsupported',
      message: isMissing
        ? 'the LanceDB store needs the packages @lancedb/lancedb and apache-arrow, which are not both installed.'
        : `@lancedb/lancedb does not start here (${process.platform} ${process.arch}): ${text.split('\n', 1)[0]!}`,
      hint: isMissing
        ? `Run: ${INSTALL}. LanceDB brings openai and @huggingface/transformers (310 MB) as optional dependencies, which rt does not use: leave them out with pnpm's ignoredOptionalDependencies, see docs/stores/lancedb.md.`
        : 'It has no build for Macs with an Intel processor, and on other platforms one that must not be left out as an optional dependency. Install it anew, or use another store.',
      cause,
    })
  } finally {
    if (silent) delete process.env[LOG]
  }
}

/** One after the other: LanceDB requires Arrow, which fails while an import of it is under way. */
const importBoth = async (): Promise<Libraries> => {
  const lancedb = await import('@lancedb/lancedb')
  return { lancedb, arrow: await import('apache-arrow') }
}

/** Of these packages, not of the native part of one that is there. */
const isAbsent = (cause: unknown, text: string): boolean =>
  /^(ERR_)?MODULE_NOT_FOUND$/.test(String((cause as { code?: unknown } | undefined)?.code)) &&
  /'(@lancedb\/lancedb|apache-arrow)'/.test(text)
