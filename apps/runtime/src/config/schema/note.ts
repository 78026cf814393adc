import type * as z from 'zod'
import type { Setting } from '../settings-table.ts'

/** What the reference page and the errors say about a key, beside its description. */
export interface Note {
  meaning: string
  /** For "must be …". */
  expects: string
  /** Key of a setting this version has: with its variable, flag and default. */
  setting?: Setting
  /** What holds without the key, of one that is no setting. */
  otherwise?: string
  /** All that it may be: a near one is suggested. */
  values?: readonly string[]
  /** Not in this version: a file which asks for it is refused. */
  later?: Later
  /** Stands for any name: an alias, a provider. */
  name?: string
  /** What such a name may be, where not all may: for "must consist of …". */
  names?: string
}

export interface Later {
  /** Values that ask for nothing new. */
  unless?: readonly unknown[]
  /** What to do in this version. */
  instead: string
}

export const NOTES: WeakMap<z.core.$ZodType, Note> = new WeakMap()

/** How the reference and editors say that a key is still to come. */
export const laterText = ({ unless = [] }: Later): string =>
  unless.length
    ? `In this version only ${unless.map((value) => JSON.stringify(value)).join(', ')}.`
    : 'Not in this version.'

/** A key with what is said about it. */
export const noted = <T extends z.ZodType>(schema: T, note: Note): T => {
  const { meaning, later, setting, otherwise } = note
  const sentences = [meaning, ...(otherwise ? [`Default: ${otherwise}.`] : []), ...(later ? [laterText(later)] : [])]
  const described = schema.meta({
    description: sentences.join(' '),
    ...(setting?.default !== undefined && { default: setting.default }),
  })
  NOTES.set(described, note)
  return described
}
