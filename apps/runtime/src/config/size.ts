const UNITS: Record<string, number> = {
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

/** `512MB`, `1.5 GB`, `8GiB`. */
export const SIZE: RegExp = /^\d+(?:\.\d+)? ?(?:kB|MB|GB|TB|KiB|MiB|GiB|TiB)$/
/** The same, or a share of something. */
export const SIZE_OR_SHARE: RegExp = new RegExp(`${SIZE.source}|^(?:100|\\d{1,2}(?:\\.\\d+)?)%$`)

/** Bytes of a text that one of these matches; a share is one of `whole`. */
export const toBytes = (text: string, whole: number = 0): number => {
  const value = Number.parseFloat(text)
  return Math.floor(text.endsWith('%') ? (whole * value) / 100 : value * UNITS[/[A-Za-z]+$/.exec(text)![0]]!)
}
