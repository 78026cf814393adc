import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runCommand, startProgram, temporaryFolder } from '../../apps/runtime/src/__fixtures__/command.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

it('answers with a source, ends by itself, and embeds nothing the second time', async () => {
  await using data = await temporaryFolder()
  const options = { cwd: folder, env: { RT_DATA: data.path } }
  const embedded = async (): Promise<number> => {
    const program = startProgram(`${folder}index.ts`, [], options)
    expect(await program.exit).toBe(0)
    expect(program.stderr()).toBe('')
    expect(program.stdout()).toMatch(/400[^]*\[1\] handbook\/travel\.md/)
    expect(program.stdout()).toMatch(/chat smollm2:135m[^]*cost 0\.00 USD/)
    const list = await runCommand(['trace', 'list', '--json', '--data', data.path])
    const newest = (JSON.parse(list.stdout) as { name: string; traceId: string }[]).find(
      ({ name }) => name === 'ingest',
    )
    const shown = await runCommand(['trace', 'show', newest!.traceId, '--json', '--data', data.path])
    return Number(/"rt\.ingest\.embedded": (\d+)/.exec(shown.stdout)?.[1])
  }
  expect(await embedded()).toBeGreaterThan(50)
  expect(await embedded()).toBe(0)
})
