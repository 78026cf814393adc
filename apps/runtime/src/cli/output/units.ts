/** 98 MB, 1.1 GB. */
export const bytes = (count: number): string => {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} GB`
  return count >= 1e6 ? `${Math.round(count / 1e6)} MB` : `${Math.round(count / 1e3)} kB`
}

/** 84 ms, 1.4 s. */
export const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** 1,204. */
export const count = (value: number): string => value.toLocaleString('en-US')

/** 1 file, 12 files. */
export const plural = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`
