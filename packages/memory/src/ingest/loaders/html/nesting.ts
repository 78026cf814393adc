/** Elements whose end may not be left out: what is open, is nested. */
const NESTING =
  /^(?:div|span|section|article|main|aside|nav|header|footer|table|ul|ol|dl|blockquote|form|fieldset|figure|details|a|b|i|u|s|em|strong|small|big|font|center|sub|sup|code|pre|label|button|svg|g|iframe|object|template|select|address|h[1-6])$/

/**
 * How deeply elements are nested, about, by one look at the text: a parser would need time that grows with the square of
 * it.
 */
export const nesting = (html: string): number => {
  let depth = 0
  let most = 0
  let at = 0
  while ((at = html.indexOf('<', at)) !== -1) {
    if (html.startsWith('<!--', at)) {
      at = endOf(html, '-->', at)
      continue
    }
    const tag = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(at, at + 32))
    if (!tag) {
      at++
      continue
    }
    const name = tag[2]!.toLowerCase()
    if (!tag[1] && /^(?:script|style|textarea|title)$/.test(name)) at = endOf(html, `</${name}`, at)
    else at++
    if (!NESTING.test(name)) continue
    if (tag[1]) depth = Math.max(0, depth - 1)
    else most = Math.max(most, ++depth)
  }
  return most
}

/** Its end in either spelling; what is never closed goes to the end of the file. */
const endOf = (html: string, text: string, from: number): number => {
  const lower = html.indexOf(text, from + 1)
  if (lower !== -1) return lower + 1
  const upper = html.indexOf(text.toUpperCase(), from + 1)
  return upper === -1 ? html.length : upper + 1
}
