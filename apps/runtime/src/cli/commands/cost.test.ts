import { join } from 'node:path'
import type { Attributes, CostRow } from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { createTelemetry } from '@rt/observe'
import { createSqliteExporter } from '@rt/observe/sqlite'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

/** One call of each of these models, `provider/model`. */
const fill = async (folder: string, models: string[]): Promise<void> => {
  await using database = await openDatabase({ path: join(folder, 'rt.db') })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  for (const id of models) {
    const slash = id.indexOf('/')
    const attributes: Attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': id.slice(0, slash),
      'gen_ai.request.model': id.slice(slash + 1),
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 1000,
      'rt.local': false,
    }
    telemetry.span(`chat ${id}`, attributes).end()
  }
}

it('names what has no price and how to give it one, and fails for an alert', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.path, ['anthropic/claude-sonnet-4-5', 'work/big', 'work/small', 'my gateway/m\u001B[2J'])
  const rt = (...args: string[]) => runCommand(['cost', ...args, '--data', folder.path], { env: { RT_CONFIG: 'none' } })

  const plain = await rt()
  expect(plain).toMatchObject({ code: 0, stderr: '' })
  expect(plain.stdout).toMatch(/anthropic\/claude-sonnet-4-5 .* 0\.02 /)
  expect(plain.stdout).toMatch(/ 0\.02 \+ \? /)
  expect(plain.stdout).toContain('no price is known of my gateway/m, work/big, work/small\n')
  expect(plain.stdout).toContain(
    '   [providers."my gateway"]\n   price = { input = 3, output = 15 }\n' +
      '   [providers.work]\n   price = { input = 3, output = 15 }\n',
  )

  const strict = await rt('--strict', '--days', '1')
  expect(strict).toMatchObject({ code: 1, stderr: '', stdout: plain.stdout })
  const json = await rt('--strict', '--json')
  expect(json.code).toBe(1)
  const unknown = (JSON.parse(json.stdout) as CostRow[]).filter(({ usd }) => usd === null)
  expect(unknown.map(({ model }) => model)).toContain('work/big')
})

it('says nothing of prices and is no failure when all are known, or nothing was asked', async () => {
  await using folder = await temporaryFolder()
  await using empty = await temporaryFolder()
  await fill(folder.path, ['anthropic/claude-sonnet-4-5'])
  const { code, stdout } = await runCommand(['cost', '--strict', '--data', folder.path])
  expect([code, stdout]).toEqual([0, expect.not.stringContaining('price')])
  expect(await runCommand(['cost', '--strict', '--data', empty.path])).toMatchObject({ code: 0 })
})
