import { expect, it } from 'vitest'
import { displayWidth, foldTable, formatTable } from './table.ts'

it('lines up columns, numbers to the right, nothing after the last word', () => {
  expect(
    formatTable(
      [{ title: 'name' }, { title: 'chunks', align: 'right' }, { title: 'note' }],
      [
        ['a.md', '1,204', ''],
        ['handbook/travel.md', '6', 'new'],
      ],
    ),
  ).toBe(
    [' name                chunks  note', ' a.md                 1,204', ' handbook/travel.md       6  new'].join('\n'),
  )
})

it('knows letters that are two columns wide, and cuts what is too long', () => {
  expect([displayWidth('abc'), displayWidth('漢字'), displayWidth('👍🏽'), displayWidth('é')]).toEqual([3, 4, 2, 1])
  expect(
    formatTable(
      [{ title: 'n', most: 5 }, { title: 'x' }],
      [
        ['漢字漢字', '1'],
        ['ab', '2'],
      ],
    ),
  ).toBe([' n      x', ' 漢字…  1', ' ab     2'].join('\n'))
})

it('lets no cell drive the terminal or break its row', () => {
  const table = formatTable([{ title: 'name' }], [['a\u001b]0;owned\u0007\u009b31m\u0000\nb']])
  expect(table).toBe(' name\n a b')
})

it('goes on below where a terminal is too narrow, and says again what each row is about', () => {
  const columns = [{ title: 'name' }, { title: 'kind' }, { title: 'size', align: 'right' as const }, { title: 'note' }]
  const rows = [
    ['smollm2', 'chat', '98 MB', 'tiny'],
    ['bge', 'embed', '35 MB', ''],
  ]
  expect(foldTable(columns, rows, Infinity)).toBe(formatTable(columns, rows))
  const folded = foldTable(columns, rows, 24)
  expect(folded.split('\n')).toEqual([
    ' name     kind    size',
    ' smollm2  chat   98 MB',
    ' bge      embed  35 MB',
    '',
    ' name     note',
    ' smollm2  tiny',
    ' bge',
  ])
})
