import { describeBytes } from '../describe-bytes.ts'
import { fault, type Loader } from '../loaded-document.ts'
import { optionalPackage } from '../optional-package.ts'
import { decodeHtml } from './decode-html.ts'
import { depthOf } from './depth-of.ts'
import { openHtml } from './open-html.ts'
import { toMarkdown } from './to-markdown.ts'

/** Finding the article takes time with the square of how deeply elements are nested. */
const ARTICLE_DEPTH = 150
const MOST_ELEMENTS = 100_000
/** An article shorter than this is doubted when the page has twice as much. */
const SHORT = 500
const AROUND =
  'script, style, noscript, template, nav, footer, aside, form, iframe, svg, [hidden], [aria-hidden="true"]'

/** The article of a page as Markdown, or the whole page where none is found. Nothing it names is fetched. */
export const loadHtml: Loader = async ({ bytes }) => {
  const other = bytes.length ? describeBytes(bytes) : undefined
  if (other && other !== 'HTML' && other !== 'UTF-16 text') throw fault(`not HTML: it is ${other}`)
  const html = decodeHtml(bytes)
  if (html.includes('\0')) throw fault('not HTML: it is binary, with NUL bytes')
  const page = await openHtml('HTML', html)
  const depth = depthOf(page.documentElement)
  const titles = [...page.querySelectorAll('h1')].map(textOf).filter(Boolean)
  const title = (titles.length === 1 ? titles[0] : undefined) ?? textOf(page.querySelector('title'))
  for (const element of page.querySelectorAll(AROUND)) element.remove()
  const article = depth > ARTICLE_DEPTH ? undefined : await findArticle(await openHtml('HTML', html))
  const whole = !article || (article.length < SHORT && textOf(page.body).length > 2 * article.length)
  const markdown = await toMarkdown('HTML', whole ? page.body : article.content)
  const headed = title ? withTitle(markdown, title) : markdown
  return { text: headed, layout: 'markdown', warnings: [] }
}

const findArticle = async (page: Document): Promise<{ content: Element; length: number } | undefined> => {
  // CommonJS: a bundle gives it by its default export only.
  const { default: readability } = await optionalPackage(
    'HTML',
    '@mozilla/readability',
    () => import('@mozilla/readability'),
  )
  if (page.getElementsByTagName('*').length > MOST_ELEMENTS) return undefined
  const found = new readability.Readability<Element>(page, {
    // Code says its language in its class.
    keepClasses: true,
    disableJSONLD: true,
    serializer: (node) => node as Element,
  }).parse()
  return found?.content ? { content: found.content, length: textOf(found.content).length } : undefined
}

const textOf = (element: Element | null): string => element?.textContent?.replace(/\s+/g, ' ').trim() ?? ''

/** Looking for the article takes its title away, or makes a lower heading of it. */
const withTitle = (markdown: string, title: string): string => {
  if (/^# /m.test(markdown)) return markdown
  const lowered = `## ${title}`
  return markdown === lowered || markdown.startsWith(`${lowered}\n`) ? markdown.slice(1) : `# ${title}\n\n${markdown}`
}
