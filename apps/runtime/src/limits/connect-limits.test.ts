import { expect, it } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime, type RuntimeOptions } from '../index.ts'

it('is needed at the start, but not by who only reads', async () => {
  await using folder = await temporaryFolder()
  const data = folder.path
  const options: RuntimeOptions = { data, config: false, embed: false }
  await (await createRuntime(options)).close()
  const shared: RuntimeOptions = { ...options, limits: { store: 'redis', url: 'unix:///nowhere/redis.sock' } }
  await expect(createRuntime(shared)).rejects.toMatchObject({ code: 'network' })
  const reader = await createRuntime({ ...shared, readOnly: true })
  expect(await reader.search('soup')).toEqual([])
  await reader.close()
})
