import { optionalPackage } from '../optional-package.ts'
import { addTables } from './table-rules.ts'

/**
 * HTML to Markdown: headings, lists, tables, code, and links that lead somewhere. Images are dropped, so that no answer
 * can be made to show one.
 *
 * @param element of linkedom; turndown's own parser, for text, knows less of tables.
 */
export const toMarkdown = async (files: string, element: object): Promise<string> => {
  const { default: Turndown } = await optionalPackage(files, 'turndown', () => import('turndown'))
  const turndown = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-', hr: '---' })
  turndown.remove(['script', 'style', 'noscript', 'template', 'iframe', 'object', 'form', 'button', 'select', 'title'])
  turndown.addRule('image', { filter: ['img', 'picture', 'video', 'audio', 'canvas'], replacement: () => '' })
  turndown.addRule('drawing', { filter: (node) => node.nodeName.toLowerCase() === 'svg', replacement: () => '' })
  turndown.addRule('link', {
    filter: 'a',
    replacement: (content, node) => {
      const target = (node as Element).getAttribute('href')?.trim() ?? ''
      const text = content.trim()
      return text && /^(?:https?:|mailto:)[^\s()<>]+$/i.test(target) && text !== target
        ? `[${text.replace(/\s+/g, ' ')}](${target})`
        : content
    },
  })
  addTables(turndown)
  // It is read by a model and by keyword search: `snake_case` stays as it is; only what would become a heading or a fence is escaped.
  turndown.escape = (text) => text.replace(/^(#{1,6}\s|```|~~~|\|)/, '\\$1')
  return turndown
    .turndown(element as HTMLElement)
    .replace(/\u00A0/g, ' ')
    .trim()
}
