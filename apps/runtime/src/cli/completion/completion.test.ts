import { execFile } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import type { CommandDefinition } from '../command.ts'
import { COMMANDS } from '../commands.ts'
import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import { shapeOf } from './shape.ts'
import { zshCompletion } from './zsh.ts'

const define = (definition: Partial<CommandDefinition> & { name: string }): CommandDefinition => ({
  summary: `It's "${definition.name}": $HOME`,
  flags: {},
  examples: [],
  run: async () => 0,
  ...definition,
})
const SHAPES = [
  define({ name: 'serve', flags: { port: { type: 'string', short: 'p', value: 'N', description: 'Port' } } }),
  define({ name: 'show', completes: 'installed' }),
  define({ name: 'pull', completes: 'installable' }),
  define({ name: 'ingest', completes: 'file' }),
  define({
    name: 'key',
    subcommands: { create: { summary: "Make one's key" }, list: { summary: 'List' }, rm: { summary: 'Revoke' } },
    flags: {
      data: { type: 'string', value: 'FOLDER', completes: 'folder', description: 'Data' },
      scope: { type: 'string', value: 'SCOPE', values: ['chat', 'admin'], description: 'Scope' },
      model: { type: 'string', short: 'm', completes: 'installable', description: 'Model' },
      secret: { type: 'boolean', hidden: true, description: 'Not for people' },
    },
  }),
].map(shapeOf)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder.path, 'work/docs here'), { recursive: true })
  await writeFile(join(folder.path, 'work/notes.md'), '')
  // The command as a shell finds it.
  const entry = fileURLToPath(new URL('../rt.ts', import.meta.url))
  const script = `#!/bin/sh\nexec '${process.execPath}' --conditions=@rt/source '${entry}' "$@"\n`
  await writeFile(join(folder.path, 'rt'), script)
  await chmod(join(folder.path, 'rt'), 0o755)
  await writeFile(join(folder.path, 'rt.bash'), bashCompletion(SHAPES))
})
afterAll(() => folder[Symbol.asyncDispose]())

/** What bash offers for a line, as readline would call the function. */
const offers = async (line: string, breaks = ' \t\n"\'><=;|&(:'): Promise<string[]> => {
  const program = [
    'source "$1"',
    'COMP_WORDBREAKS=$3 COMP_LINE=$2 COMP_POINT=${#COMP_LINE}',
    'handler=$(complete -p rt | sed -n "s/.*-F \\([^ ]*\\) rt/\\1/p")',
    '"$handler"',
    '[ "${#COMPREPLY[@]}" -eq 0 ] || printf "%s\\n" "${COMPREPLY[@]}"',
  ].join('\n')
  const args = ['--norc', '--noprofile', '-c', program, 'bash', join(folder.path, 'rt.bash'), line, breaks]
  const { stdout, stderr } = await promisify(execFile)('bash', args, {
    cwd: join(folder.path, 'work'),
    env: { PATH: `${folder.path}:${process.env['PATH']}`, HOME: folder.path, RT_MODELS: join(folder.path, 'models') },
  })
  expect(stderr).toBe('')
  return stdout.split('\n').filter(Boolean)
}

describe('bash', () => {
  it.each([
    ['rt s', ['serve', 'show']],
    ['rt help s', ['serve', 'show']],
    ['rt serve --p', ['--port']],
    ['rt serve --port 8', []],
    ['rt key ', ['create', 'list', 'rm']],
    ['rt key --scope admin c', ['create']],
    ['rt key --scope ', ['chat', 'admin']],
    ['rt key --scope=a', ['admin']],
    ['rt key --se', []],
    ['rt key list --sc', ['--scope']],
    ['rt show ', []],
    ['rt nothing ', []],
    ['rt ingest n', ['notes.md']],
    ['rt key --data d', ['docs here']],
    ['rt ingest $(touch hacked)', []],
  ])('%j', async (line, expected) => {
    expect(await offers(line)).toEqual(expected)
  })

  it('offers names of models, and only what stands after the colon bash cuts at', async () => {
    expect(await offers('rt pull qwen2.5-coder')).toEqual(['qwen2.5-coder:1.5b'])
    expect(await offers('rt pull smollm2:13')).toEqual(['135m'])
    expect(await offers('rt key --model=smollm2:13')).toEqual(['135m'])
    expect(await offers('rt key --model=smollm2:13', ' \t\n')).toEqual(['--model=smollm2:135m'])
    expect(await offers('rt key -m smollm2:13', ' \t\n')).toEqual(['smollm2:135m'])
  })
})

/** A shell that is not on this machine cannot be asked; whoever reads the output of the tests sees why. */
const has = async (shell: string): Promise<boolean> =>
  promisify(execFile)(shell, ['--version']).then(
    () => true,
    () => false,
  )
const [zsh, fish] = await Promise.all(['zsh', 'fish'].map(has))

it.skipIf(!zsh)(`zsh reads its script${zsh ? '' : ' (skipped: no zsh on this machine)'}`, async () => {
  await promisify(execFile)('zsh', ['-n', '-c', zshCompletion(SHAPES)])
})

it.skipIf(!fish)(`fish reads its script and offers${fish ? '' : ' (skipped: no fish on this machine)'}`, async () => {
  const script = fishCompletion(SHAPES)
  const options = { env: { PATH: process.env['PATH'], HOME: folder.path } }
  // Its exit code is 0 also for a script it could not read.
  const { stderr } = await promisify(execFile)('fish', ['--no-execute', '-c', script], options)
  expect(stderr).toBe('')

  const offered = async (line: string): Promise<string[]> => {
    const program = `${script}\ncomplete -C '${line}'`
    const { stdout } = await promisify(execFile)('fish', ['-c', program], options)
    return stdout.split('\n').filter(Boolean)
  }
  expect(await offered('rt s')).toEqual([`serve\t${SHAPES[0]!.summary}`, `show\t${SHAPES[1]!.summary}`])
  expect(await offered('rt key --scope ')).toEqual(['admin\tScope', 'chat\tScope'])
  expect(await offered('rt serve --p')).toEqual(['--port\tPort'])
})

it('quotes what people wrote, for each shell', () => {
  expect(zshCompletion(SHAPES)).toContain(String.raw`'create:Make one'\''s key'`)
  expect(fishCompletion(SHAPES)).toContain(String.raw`'Make one\'s key'`)
  for (const script of [zshCompletion(SHAPES), fishCompletion(SHAPES)]) expect(script).not.toContain('secret')
})

it.each(['bash', 'zsh', 'fish'])('rt completion %s knows every command', async (shell) => {
  const { code, stdout, stderr } = await runCommand(['completion', shell])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const name of Object.keys(COMMANDS)) expect(stdout).toContain(name)
})

it('asks for the shell', async () => {
  const { code, stderr } = await runCommand(['completion'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('bash, zsh or fish') })
})
