import type TurndownService from 'turndown'

/** Tables of data become Markdown tables; those that only arrange a page are read as what they hold. */
export const addTables = (turndown: TurndownService): void => {
  turndown.addRule('cell', {
    filter: ['td', 'th'],
    replacement: (content, node) =>
      isLayout(tableOf(node))
        ? `\n\n${content}\n\n`
        : ` ${content.trim().replace(/\s+/g, ' ').replaceAll('|', '\\|')} |`,
  })
  turndown.addRule('row', {
    filter: 'tr',
    replacement: (content, node) => {
      const table = tableOf(node)
      if (isLayout(table)) return content
      const row = `|${content.replace(/\n/g, '')}\n`
      const first = table?.querySelector('tr') === (node as unknown as Element)
      // The first row heads the table: Markdown knows no table without.
      return first ? `${row}|${' --- |'.repeat((node as Element).querySelectorAll('td, th').length)}\n` : row
    },
  })
  turndown.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content })
  turndown.addRule('table', { filter: 'table', replacement: (content) => `\n\n${content}\n\n` })
}

const tableOf = (node: Node): Element | null => (node as Element).closest('table')

/** Asked for every cell of a table. */
const known = new WeakMap<Element, boolean>()

const isLayout = (table: Element | null): boolean => {
  if (!table) return true
  let layout = known.get(table)
  if (layout === undefined) {
    layout = table.querySelector('table, h1, h2, h3, h4, h5, h6, pre, ul, ol') !== null
    known.set(table, layout)
  }
  return layout
}
