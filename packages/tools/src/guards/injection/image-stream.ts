import type { AnswerGuard } from '@rt/core'
import { withoutImages } from './neutralise.ts'

/** An address longer than this is cut off from its image. */
const MOST_HELD = 2048

/** Takes images of other hosts out of a text that comes in pieces: a client that shows them would send their addresses. */
export const createImageStream = (imageHosts: readonly string[], onFound: () => void): AnswerGuard => {
  let held = ''
  /** The address of an image that was too long to be one. */
  let dropping = false
  const HTML = /<(?:img|image|picture|source|video|audio|embed|track|input|iframe|object)\b[^>]*>/gi
  const clean = (text: string): string =>
    withoutImages(
      text.replace(HTML, () => {
        onFound()
        return '[image removed]'
      }),
      imageHosts,
      onFound,
    )
  return {
    push(text) {
      held += text
      if (dropping) {
        const end = /[)>\n]/.exec(held)
        held = end ? held.slice(end.index + 1) : ''
        dropping = !end
      }
      const cut = beginOf(held)
      if (held.length - cut <= MOST_HELD) {
        const shown = clean(held.slice(0, cut))
        held = held.slice(cut)
        return shown
      }
      const isImage = /^(?:!\[[^\]\n]*\]\(|<)/.test(held.slice(cut))
      const shown = clean(held.slice(0, cut)) + (isImage ? '[image removed]' : held.slice(cut + 1))
      onFound()
      held = ''
      dropping = isImage
      return shown
    },
    end() {
      const rest =
        beginOf(held) < held.length && /^(?:!\[[^\]\n]*\]\(|<)/.test(held) ? unfinished(held, onFound) : clean(held)
      held = ''
      return rest
    },
  }
}

/** Where an image may begin that is not whole yet. */
const beginOf = (text: string): number => {
  const open =
    /!(?:\[[^\]\n]*(?:\](?:\([^)\n]*)?)?)?$|<(?:[a-z]{0,8}|(?:img|image|picture|source|video|audio|embed|track|input|iframe|object)\b[^>]*)$/i.exec(
      text,
    )
  return open ? open.index : text.length
}

/** An image without its end: some clients show it all the same. */
const unfinished = (text: string, onFound: () => void): string => {
  if (/^<[a-z]{0,8}$/i.test(text)) return text
  onFound()
  return '[image removed]'
}
