import { expect, test } from 'vitest'
import { createModelShelf } from './model-shelf.ts'

const params = { id: 'tiny', path: 'tiny.gguf', key: 'k' }
const never = new AbortController().signal

/** A shelf whose models are numbers; loading ends when the test says so. */
const createShelf = () => {
  const loads: PromiseWithResolvers<void>[] = []
  const freed: number[] = []
  const shelf = createModelShelf(async () => {
    const number = loads.push(Promise.withResolvers()) - 1
    await loads[number]!.promise
    return { number, [Symbol.asyncDispose]: async () => void freed.push(number) }
  })
  return { shelf, loads, freed }
}

test('a model that is there is not loaded again, and one that was freed is', async () => {
  const { shelf, loads, freed } = createShelf()
  const both = Promise.all([shelf.load(params, never), shelf.get(params)])
  loads[0]!.resolve()
  expect((await both).map(({ number }) => number)).toEqual([0, 0])
  await shelf.unload('k')
  await shelf.unload('k')
  expect(freed).toEqual([0])
  const again = shelf.get(params)
  loads[1]!.resolve()
  expect((await again).number).toBe(1)
})

test('a load that was given up too late to stop leaves no weights behind', async () => {
  const { shelf, loads, freed } = createShelf()
  const controller = new AbortController()
  const loading = shelf.load(params, controller.signal)
  controller.abort()
  loads[0]!.resolve()
  await expect(loading).rejects.toMatchObject({ code: 'aborted' })
  expect(freed).toEqual([0])
  void shelf.get(params)
  expect(loads).toHaveLength(2)
})

test('a load that failed is tried again', async () => {
  const { shelf, loads } = createShelf()
  const failing = shelf.load(params, never)
  loads[0]!.reject(new Error('no memory'))
  await expect(failing).rejects.toThrow('no memory')
  await shelf.unload('k')
  const again = shelf.load(params, never)
  loads[1]!.resolve()
  expect((await again).number).toBe(1)
})

test('a look at the shelf neither loads nor waits', async () => {
  const { shelf, loads } = createShelf()
  expect(shelf.peek('k')).toBeUndefined()
  const loading = shelf.get(params)
  expect(shelf.peek('k')).toBeUndefined()
  loads[0]!.resolve()
  expect(await loading).toBe(shelf.peek('k'))
  await shelf.unload('k')
  expect(shelf.peek('k')).toBeUndefined()
  expect(loads).toHaveLength(1)
})

test('one that is being freed is still there for who deletes what it holds', async () => {
  const freeing = Promise.withResolvers<void>()
  const shelf = createModelShelf(async () => ({ [Symbol.asyncDispose]: () => freeing.promise }))
  const model = await shelf.get(params)
  const unloading = shelf.unload('k')
  expect(shelf.peek('k')).toBeUndefined()
  expect(shelf.loaded()).toEqual([model])
  freeing.resolve()
  await unloading
  expect(shelf.loaded()).toEqual([])
})
