import type { RetrievedChunk } from '@rt/core'
import { formatBytes } from './format-bytes.ts'
import { printableLine } from './printable.ts'
import { style } from './style.ts'

const EXCERPT = 160

/** Passages with their scores, best first, and the beginning of each. */
export const formatPassages = (passages: RetrievedChunk[]): string =>
  passages
    .map((passage) => {
      const { source, headings, score, text, label } = passage
      const heading = printableLine(headings.at(-1) ?? '')
      const title = style('bold', `${printableLine(source)}${heading && ` § ${heading}`}`)
      return ` ${score.toFixed(2)}  ${title}  ${formatBytes(passage)}${label ? `  ${label}` : ''}\n       ${printableLine(text).slice(0, EXCERPT)}\n`
    })
    .join('')
