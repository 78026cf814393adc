import { type ApprovalRequest, LOCAL, type Principal } from '@rt/core'
import { expect, test } from 'vitest'
import { createApprovers } from './approvers.ts'

const request = (principal: Principal): ApprovalRequest => ({
  id: 'a',
  name: 'mcp:x sampling',
  arguments: {},
  hash: '',
  reason: 'it asks',
  principal,
})
const options = {}
async function* stream(): AsyncGenerator<number> {
  yield 1
  yield 2
}

test('who is there while a turn of theirs runs is asked, and nobody else', async () => {
  const { approve, during } = createApprovers()
  const one = during(LOCAL, async () => ({ approved: true }), stream())[Symbol.asyncIterator]()
  await expect(approve(request(LOCAL), options)).rejects.toMatchObject({ code: 'approval_required' })
  await one.next()
  expect(await approve(request(LOCAL), options)).toEqual({ approved: true })
  await expect(approve(request('key:other'), options)).rejects.toMatchObject({ code: 'approval_required' })
  const two = during(LOCAL, async () => ({ approved: false }), stream())[Symbol.asyncIterator]()
  await two.next()
  expect(await approve(request(LOCAL), options)).toEqual({ approved: false })
  await two.return?.()
  expect(await approve(request(LOCAL), options)).toEqual({ approved: true })
  while (!(await one.next()).done);
  await expect(approve(request(LOCAL), options)).rejects.toMatchObject({ code: 'approval_required' })
})
