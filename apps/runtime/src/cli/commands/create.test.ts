import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

/** A GGUF file of one metadata entry: enough for a name. */
const GGUF = Buffer.concat([
  Buffer.from('GGUF'),
  Buffer.from([3, 0, 0, 0]),
  Buffer.alloc(8),
  Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x61, 4, 0, 0, 0, 1, 0, 0, 0]),
])

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder.path, 'pirate'))
  await writeFile(join(folder.path, 'pirate', 'my.gguf'), GGUF)
  await writeFile(
    join(folder.path, 'pirate', 'Modelfile'),
    'FROM ./my.gguf\nPARAMETER temperature 0.2\nPARAMETER mirostat 2\nSYSTEM Arr.\nTEMPLATE {{ .Prompt }}\n',
  )
})
afterEach(() => folder[Symbol.asyncDispose]())

const rt = (...args: string[]): ReturnType<typeof runCommand> =>
  runCommand(args, {
    cwd: folder.path,
    env: { HOME: folder.path, RT_MODELS: join(folder.path, 'models'), HF_HUB_OFFLINE: '1' },
  })

it('makes a model out of a Modelfile, says what of it is not used, and shows it', async () => {
  const made = await rt('create', 'pirate', '--file', 'pirate/Modelfile')
  expect(made).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ pirate is made from \S+my\.gguf\n rt run pirate\n$/),
  })
  expect(made.stderr).toMatch(/note +TEMPLATE is not used: it is written for Go/)
  expect(made.stderr).toMatch(/note +Not used.*mirostat/)
  expect(JSON.parse(await readFile(join(folder.path, 'models', 'aliases.json'), 'utf8'))).toMatchObject({
    pirate: { sampling: { temperature: 0.2 }, preset: { system: 'Arr.' } },
  })
  const shown = (await rt('show', 'pirate')).stdout
  expect(shown).toMatch(/^ pirate\n +made from +\S+my\.gguf\n/)
  expect(shown).toMatch(/\n +sampling +temperature 0\.2\n +system +"Arr\."\n/)
  expect((await rt('list')).stdout).toMatch(/\n pirate +chat +/)
  expect((await rt('rm', 'pirate')).stdout).toContain('the model stays')
})

it('says which line is wrong, and what to do without a Modelfile', async () => {
  await writeFile(join(folder.path, 'Modelfile'), 'FROM ./pirate/my.gguf\nRUN x\n')
  expect(await rt('create', 'pirate')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('line 2 of the Modelfile'),
  })
  const missing = await rt('create', 'pirate', '-f', 'none')
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('"none" cannot be read (ENOENT)') })
  expect(missing.stderr).toContain('FROM smollm2:135m')
})
