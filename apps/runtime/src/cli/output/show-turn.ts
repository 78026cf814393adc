import { type CitationPart, failureOf, isTerminal, type StreamPart } from '@rt/core'
import { printable, style } from './style.ts'

/** Prints an answer as it comes, then where it is from. Throws the error a turn ends with. */
export const showTurn = async (stream: AsyncIterable<StreamPart>): Promise<void> => {
  const citations: CitationPart[] = []
  let open = false
  for await (const part of stream) {
    if (part.type === 'text-delta') {
      process.stdout.write(printable(part.text))
      open = true
    } else if (part.type === 'citation') citations.push(part.citation)
    else if (part.type === 'warning')
      process.stderr.write(`${style('yellow', 'warning', process.stderr)}  ${part.message}\n`)
    else if (isTerminal(part) && part.type !== 'finish') {
      if (open) process.stdout.write('\n')
      throw failureOf(part)
    }
  }
  if (open) process.stdout.write('\n')
  for (const citation of citations) process.stdout.write(style('dim', `${formatCitation(citation)}\n`))
}

/** `[1] handbook/travel.md § Meals, bytes 812-901`. */
export const formatCitation = ({ index, source, headings, start, end }: CitationPart): string =>
  `[${index}] ${source} § ${headings.at(-1) ?? ''}, bytes ${start}-${end}`
