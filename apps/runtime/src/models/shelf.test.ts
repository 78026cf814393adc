import { expect, it } from 'vitest'
import { createShelf } from './shelf.ts'

const model = (freed: string[], name: string) => ({ name, [Symbol.asyncDispose]: async () => void freed.push(name) })

it('loads once by its names, and again after a failure', async () => {
  const shelf = createShelf<ReturnType<typeof model>>()
  let loads = 0
  const load = async () => {
    if (++loads === 1) throw new RangeError('first')
    return model([], 'a')
  }
  await expect(shelf.get(['a'], load)).rejects.toThrow('first')
  expect(await shelf.get(['a'], load)).toBe(await shelf.get(['a'], load))
  expect(loads).toBe(2)
})

it('shows what is loaded, each once, and frees it under any of its names', async () => {
  const freed: string[] = []
  const shelf = createShelf<ReturnType<typeof model>>()
  const a = model(freed, 'a')
  await shelf.get(['a', 'b'], () => shelf.get(['a'], async () => a))
  expect(shelf.loaded()).toEqual([a])
  expect(await shelf.unload(['nothing'])).toBe(false)
  expect(await shelf.unload(['a'])).toBe(true)
  expect([freed, shelf.loaded()]).toEqual([['a'], []])
})

it('waits for one that is still loading before it frees it', async () => {
  const freed: string[] = []
  const shelf = createShelf<ReturnType<typeof model>>()
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof model>>()
  const loading = shelf.get(['a'], () => promise)
  expect(shelf.loaded()).toEqual([])
  const unloading = shelf.unload(['a'])
  resolve(model(freed, 'a'))
  expect(await unloading).toBe(true)
  expect([(await loading).name, freed]).toEqual(['a', ['a']])
})
