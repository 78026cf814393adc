import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startProgram, temporaryFolder } from '../__fixtures__/command.ts'
import { loadApp } from './load-app.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url))

it('loads a TypeScript file, its types taken out', async () => {
  expect(typeof (await loadApp(fixture('good.ts')))).toBe('function')
})

it.each([
  ['nowhere.ts', 'not_found', /there is no file/],
  ['throws.ts', 'config_invalid', /throws\.ts could not be loaded \(line 1\): no database url/],
  ['no-default.ts', 'config_invalid', /no-default\.ts has no default export that is an app; it exports tools/],
])('says what is wrong with %s', async (name, code, message) => {
  await expect(loadApp(fixture(name))).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

it('names the line that a package.json needs', async () => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'package.json'), '{"type":"commonjs"}')
  await cp(fixture('good.ts'), join(folder.path, 'app.ts'))
  const program = join(folder.path, 'load.mts')
  await writeFile(
    program,
    `import { loadApp } from '${new URL('./load-app.ts', import.meta.url).href}'
     await loadApp('${join(folder.path, 'app.ts')}').catch((error) => console.log(error.hint))`,
  )
  const run = startProgram(program, [])
  expect([await run.exit, run.stdout()]).toEqual([0, expect.stringContaining('"type": "module"')])
})

it('lends rt and zod to a folder without node_modules, where what is installed wins', async () => {
  await using folder = await temporaryFolder()
  await cp(fixture('good.ts'), join(folder.path, 'app.ts'))
  const program = join(folder.path, 'load.ts')
  const loader = new URL('./load-app.ts', import.meta.url).href
  await writeFile(
    program,
    `import { loadApp } from '${loader}'
     const app = await loadApp('${join(folder.path, 'app.ts')}')
     console.log(typeof app)`,
  )
  const lent = startProgram(program, [])
  expect([await lent.exit, lent.stdout(), lent.stderr()]).toEqual([0, 'function\n', ''])

  await mkdir(join(folder.path, 'node_modules/zod'), { recursive: true })
  await writeFile(
    join(folder.path, 'node_modules/zod/package.json'),
    '{"name":"zod","type":"module","main":"index.js"}',
  )
  await writeFile(join(folder.path, 'node_modules/zod/index.js'), "export const z = {}\nthrow new Error('its own zod')")
  const own = startProgram(program, [])
  expect([await own.exit, own.stderr()]).toEqual([1, expect.stringContaining('its own zod')])
})

it.each([
  ['enum Colour { Red }\nexport default { tools: [] }', /Node only takes types out/],
  ["import 'no-such-package-anywhere'\nexport default {}", /Install the package/],
  ["import './nothing.ts'\nexport default {}", /check the path/],
])('says what to do about %j', async (text, hint) => {
  await using folder = await temporaryFolder()
  await writeFile(join(folder.path, 'app.ts'), text)
  const program = join(folder.path, 'load.ts')
  await writeFile(
    program,
    `import { loadApp } from '${new URL('./load-app.ts', import.meta.url).href}'
     await loadApp('${join(folder.path, 'app.ts')}').catch((error) => console.log(error.code, error.hint))`,
  )
  const run = startProgram(program, [])
  expect([await run.exit, run.stdout()]).toEqual([0, expect.stringMatching(/^config_invalid /)])
  expect(run.stdout()).toMatch(hint)
})
