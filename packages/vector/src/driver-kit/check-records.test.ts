import { expect, test } from 'vitest'
import { checkUpdates } from './check-changes.ts'
import { checkRecords } from './check-records.ts'

/** Reading it takes longer than the event loop is held up. */
const slow = {
  get slow(): number {
    const end = performance.now() + 6
    while (performance.now() < end);
    return 1
  },
}

test('an array that its caller empties meanwhile is checked whole', async () => {
  const records = ['a', 'b', 'c'].map((id) => ({ id, metadata: slow }))
  const checked = checkRecords(records)
  records.length = 0
  expect((await checked).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
  const changes = ['a', 'b', 'c'].map((id) => ({ id, set: slow }))
  const updates = checkUpdates(changes)
  changes.length = 0
  expect((await updates).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
})
