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
      return ` ${score.toFixed(2)}  ${title}  ${formatBytes(passage)}${label ? `  ${label}` : ''}\n       ${printableLine(text).slice(0, EXCERPT)}\n${explained(passage)}`
    })
    .join('')

/** How the score came about, where that was asked for. */
const explained = ({ explain, rerank }: RetrievedChunk): string => {
  if (!explain) return ''
  const { dense, keyword, fusion, fused, fusedRank } = explain
  const parts = [
    ...Object.entries({ meaning: dense, words: keyword }).flatMap(([name, part]) => {
      if (!part) return []
      return part.rank === undefined
        ? `${name}: not found`
        : `${name}: place ${part.rank}, ${figure(part.raw)} as ${part.scaled.toFixed(2)} × ${part.weight.toFixed(2)}`
    }),
    `${fusion === 'none' ? 'score' : fusion}: ${fused.toFixed(3)}, place ${fusedRank}`,
    ...(rerank === undefined ? [] : [`reranker: ${figure(rerank)}`]),
  ]
  return `       ${style('dim', parts.join(' · '))}\n`
}

const figure = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(3))
