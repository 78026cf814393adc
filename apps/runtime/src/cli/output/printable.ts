/**
 * OSC, DCS, SOS, PM and APC with their text up to its end (BEL or ST), CSI, then every other short escape. No text of one may
 * hold the beginning of another: a million beginnings are read once, not squared.
 */
const SEQUENCE =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-Z\\^-~]/g
const CONTROL = /(?![\n\t])\p{Cc}/gu
/** What may be the beginning of a sequence whose end has not come yet. */
const UNFINISHED =
  // oxlint-disable-next-line no-control-regex
  /(?:(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u0080-\u009f]*\u001b?|(?:\u001b\[|\u009b)[0-?]*[ -/]*|\u001b[ -/]*)$/
/** A sequence that is longer is none: its text is shown instead of being held back. */
const LONGEST = 256

/**
 * Text from outside (models, tools, documents, file names, titles) without control sequences: it must not move the cursor,
 * set the title or write to the clipboard. Line breaks and tabs stay.
 */
export const printable = (text: string): string => text.replace(SEQUENCE, '').replace(CONTROL, '')

/** The same in one line, for tables and labels. */
export const printableLine = (text: string): string => printable(text).replace(/\s+/g, ' ').trim()

/** The same for text that comes in pieces: a sequence may be cut anywhere. */
export const createPrintableStream = (): { add(text: string): string; end(): string } => {
  let held = ''
  return {
    add(text) {
      const all = held + text
      const start = UNFINISHED.exec(all)?.index ?? all.length
      const cut = all.length - start > LONGEST ? all.length : start
      held = all.slice(cut)
      return printable(all.slice(0, cut))
    },
    end() {
      const rest = printable(held)
      held = ''
      return rest
    },
  }
}

/** Every text inside a value: for data that another formatter prints. */
export const printableDeep = <T>(value: T): T => {
  if (typeof value === 'string') return printable(value) as T
  if (Array.isArray(value)) return value.map(printableDeep) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), printableDeep(inner)])) as T
}
