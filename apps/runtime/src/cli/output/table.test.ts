import { expect, it } from 'vitest'
import { displayWidth, formatTable } from './table.ts'

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
