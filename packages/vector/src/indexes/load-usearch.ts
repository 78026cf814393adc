import type * as Usearch from 'usearch'

/** The optional package `usearch`, or why it is not there. Never throws. */
export const loadUsearch = async (): Promise<{ usearch: typeof Usearch } | { missing: string }> => {
  try {
    const usearch = await import('usearch')
    return { usearch }
  } catch (error) {
    return { missing: whyMissing('usearch', error) }
  }
}

/** In a sentence like "usearch is …". */
export const whyMissing = (name: string, error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  const absent = (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && message.includes(`'${name}'`)
  return absent ? `not installed (npm install ${name})` : `not to be loaded here: ${message.split('\n')[0]}`
}
