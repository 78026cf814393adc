/** Elements that hold nothing, and those whose end may be left out: what is open of these says little about depth. */
const FLAT = new Set(
  `area base basefont br col command embed frame hr img input isindex keygen link meta param source track wbr
   html head body p li dt dd rt rp option optgroup caption colgroup thead tbody tfoot tr th td`.split(/\s+/),
)
/** What is inside is text up to the end tag, however that is written. */
const RAW = new Map(
  ['script', 'style', 'title', 'textarea', 'xmp'].map((name) => [name, new RegExp(`</${name}[\\s>]`, 'gi')]),
)

/**
 * How deeply elements are nested, about, by one look at the text: a parser would need time that grows with the square of
 * it. Who needs it exactly asks `depthOf` once it is parsed.
 */
export const nesting = (html: string): number => {
  const open: string[] = []
  const counts = new Map<string, number>()
  const isOpen = (name: string): boolean => (counts.get(name) ?? 0) > 0
  let most = 0
  const tags = /<(?:!--|(\/?)([a-z][^\s/>]*))/gi
  for (let tag; (tag = tags.exec(html));) {
    const [, slash, spelled] = tag
    const end = spelled ? html.indexOf('>', tags.lastIndex) : html.indexOf('-->', tag.index + 2)
    if (end === -1) break
    tags.lastIndex = end + 1
    if (!spelled) continue
    const name = spelled.toLowerCase()
    const closed = html[end - 1] === '/'
    const raw = slash || closed ? undefined : RAW.get(name)
    if (raw) {
      raw.lastIndex = end
      const found = raw.exec(html)
      if (!found) break
      tags.lastIndex = found.index + 1
    } else if (slash && isOpen(name)) {
      // Its end is also that of all in it.
      for (let last; last !== name;) {
        last = open.pop()!
        counts.set(last, counts.get(last)! - 1)
      }
    } else if (!slash && !FLAT.has(name) && !(closed && (isOpen('svg') || isOpen('math')))) {
      open.push(name)
      counts.set(name, (counts.get(name) ?? 0) + 1)
      most = Math.max(most, open.length)
    }
  }
  return most
}
