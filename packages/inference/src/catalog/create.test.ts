import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { text, writeGguf } from '../driver-kit/gguf/__fixtures__/write-gguf.ts'
import { createFakeMachine, type FakeMachine, makeEntry, pinOfBytes } from './__fixtures__/fake-machine.ts'
import { createCatalog } from './catalog.ts'
import { parseModelfile } from './parse-modelfile.ts'
import type { Catalog, CreatedModel } from './types.ts'

// Models of the user's own, out of a Modelfile.
const gguf = writeGguf({ metadata: [['general.architecture', text('llama')]] })
const adapter = writeGguf({
  metadata: [
    ['general.type', text('adapter')],
    ['general.architecture', text('llama')],
  ],
})
let machine: FakeMachine
let catalog: Catalog
beforeEach(async () => {
  machine = await createFakeMachine()
  catalog = open()
  await machine.put('.cache/rt/models/tiny-1b/model.gguf', gguf)
})
afterEach(() => machine[Symbol.asyncDispose]())

const open = (): Catalog =>
  createCatalog({
    home: machine.home,
    env: machine.env,
    entries: [
      makeEntry([{ role: 'model', name: 'model.gguf', sources: [], ...pinOfBytes(gguf) }], {
        sampling: { repeatPenalty: 1.1, temperature: 0.5 },
        licence: 'MIT',
      }),
    ],
  })

const create = (modelfile: string, name = 'mine'): Promise<CreatedModel> =>
  catalog.create(name, modelfile, { folder: machine.home })

const FULL = `
# a pirate
FROM tiny
PARAMETER temperature 0.9
parameter top_k 20
PARAMETER stop "<|end|>"
PARAMETER stop AI:
PARAMETER num_ctx 2048
PARAMETER num_predict -1
PARAMETER mirostat 2
SYSTEM """
You are a pirate.
You say "Arr".
"""
TEMPLATE """{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}"""
MESSAGE user Who are you?
MESSAGE assistant """Arr."""
LICENSE """
The Pirate Licence
Version 1
"""
`

describe('create', () => {
  it('gives a model a name with sampling, system text, messages and licence; nothing is copied', async () => {
    const made = await create(FULL)
    expect(made).toMatchObject({ name: 'mine', model: 'tiny:1b' })
    expect(made.warnings).toEqual([
      expect.stringContaining('written for Go'),
      'Not used, since nothing here answers to it: mirostat.',
    ])
    const expected = {
      name: 'mine',
      licence: 'The Pirate Licence',
      sampling: { repeatPenalty: 1.1, temperature: 0.9, topK: 20 },
      preset: {
        stop: ['<|end|>', 'AI:'],
        contextTokens: 2048,
        system: 'You are a pirate.\nYou say "Arr".\n',
        messages: [
          { role: 'user', text: 'Who are you?' },
          { role: 'assistant', text: 'Arr.' },
        ],
      },
    }
    expect(made.entry).toMatchObject(expected)
    const again = open()
    expect(again.find('mine')).toMatchObject(expected)
    const found = await again.locate('Mine:latest')
    expect(found?.entry).toMatchObject(expected)
    expect(found?.files.model).toBe(join(machine.folder, 'tiny-1b', 'model.gguf'))
    expect((await again.ensure('mine')).entry).toMatchObject(expected)
    expect(await again.describe('mine')).toMatchObject({ aliasOf: 'tiny:1b', entry: expected })
    expect((await again.installed()).map(({ entry }) => entry.name)).toEqual(['tiny:1b', 'mine'])
    // The model itself stays what it is.
    expect(again.find('tiny')).toMatchObject({ sampling: { temperature: 0.5 } })
    expect(again.find('tiny')?.preset).toBeUndefined()
    expect((await readdir(machine.folder)).filter((name) => !name.startsWith('.'))).toEqual(['aliases.json', 'tiny-1b'])
  })

  it('builds on another of its kind, replaces an older one, and takes it away', async () => {
    await create(FULL)
    await create('FROM mine\nPARAMETER temperature 0', 'calm')
    expect(open().find('calm')).toMatchObject({
      sampling: { temperature: 0, topK: 20 },
      preset: { stop: ['<|end|>', 'AI:'] },
    })
    await create('FROM tiny\nSYSTEM Short.')
    expect(open().find('mine')?.preset).toEqual({ system: 'Short.' })
    expect(await catalog.copy('calm', 'calmer')).toEqual({ name: 'calmer', model: 'tiny:1b' })
    expect(open().find('calmer')?.sampling).toMatchObject({ temperature: 0 })
    for (const name of ['mine', 'calm', 'calmer'])
      expect(await catalog.remove(name)).toMatchObject({ bytes: 0, aliasOf: 'tiny:1b' })
    expect(open().find('mine')).toBeUndefined()
  })

  it('takes a file beside the Modelfile, adapters, and a Jinja template', async () => {
    await machine.put('my.gguf', gguf)
    await machine.put('pirate.gguf', adapter)
    const jinja = '{% for message in messages %}{{ message.content }}{% endfor %}'
    const made = await create(`FROM ./my.gguf\nADAPTER ./pirate.gguf\nTEMPLATE """${jinja}"""`)
    expect(made.model).toBe(join(machine.home, 'my.gguf'))
    expect(made.warnings).toEqual([])
    expect(made.entry.preset).toEqual({
      template: jinja,
      adapters: [{ path: join(machine.home, 'pirate.gguf'), scale: 1 }],
    })
    expect((await open().locate('mine'))?.files.model).toBe(join(machine.home, 'my.gguf'))
    const { hint, data } = await catalog.notFound('zzzzzzzz')
    expect(data?.['installed']).toContain('mine')
    expect(JSON.stringify([hint, data])).not.toContain('my.gguf')
  })

  it('fetches what it is made from', async () => {
    machine.hub.set('owner/repo/resolve/main/m.gguf', { bytes: gguf })
    const made = await create('FROM hf:owner/repo/m.gguf\nSYSTEM Hi.')
    expect(made.model).toBe('hf:owner/repo/m.gguf')
    expect((await open().ensure('mine')).entry.preset).toEqual({ system: 'Hi.' })
    await expect(create('FROM hf.co/owner/repo:Q4_K_M')).rejects.toMatchObject({
      message: expect.stringContaining('no such file in owner/repo'),
    })
  })

  it.each([
    ['', /line 1.*no FROM/],
    ['SYSTEM x', /no FROM/],
    ['FROM tiny\nFROM ./mmproj.gguf', /line 2.*second FROM/],
    ['FROM tiny\nRUN rm -rf /', /line 2.*"RUN"/],
    ['FROM tiny\nSYSTEM """no end', /line 2.*no end/],
    ['FROM tiny\nPARAMETER temperature', /line 2.*says nothing/],
    ['FROM', /line 1.*says nothing/],
    ['FROM tiny\nMESSAGE robot hi', /line 2.*"robot"/],
    ['FROM tiny\nADAPTER ./none.gguf', /line 2.*cannot be opened/],
    ['FROM tiny\nPARAMETER Temperature hot', /line 2.*temperature takes a number from 0 to 100, not "hot"/],
    ['FROM tiny\nPARAMETER top_p 7', /line 2.*top_p takes a number from 0 to 1, not "7"/],
    ['FROM tiny\nPARAMETER num_ctx -5', /line 2.*num_ctx takes a whole number from 1 on, not "-5"/],
    ['FROM tiny\nPARAMETER num_ctx 1.5', /line 2.*num_ctx takes a whole number from 1 on, not "1.5"/],
    ['FROM ./model-folder/', /Safetensors/],
    ['FROM x.safetensors', /Safetensors/],
  ])('says what is wrong with %j', async (modelfile, message) => {
    await expect(create(modelfile)).rejects.toMatchObject({ message: expect.stringMatching(message) })
    expect(await readdir(machine.folder)).toEqual(['tiny-1b'])
  })

  it('a parameter nobody knows is a note, whatever it is called', async () => {
    const { warnings, entry } = await create(
      'FROM tiny\nPARAMETER constructor 5\nPARAMETER repeat_last_n -1\nPARAMETER seed -1',
    )
    expect(warnings).toEqual(['Not used, since nothing here answers to it: constructor, repeat_last_n, seed.'])
    expect(Object.keys(entry.sampling ?? {})).toEqual(['repeatPenalty', 'temperature'])
  })

  it('refuses names of the table, models nobody knows, and an adapter that is a model', async () => {
    await expect(create('FROM tiny', 'tiny:1b')).rejects.toMatchObject({ code: 'conflict' })
    await expect(create('FROM tnyi')).rejects.toMatchObject({ code: 'model_not_found' })
    await expect(create('FROM ./none.gguf')).rejects.toMatchObject({ code: 'model_not_found' })
    await machine.put('cut.gguf', gguf.subarray(0, 40))
    await expect(create('FROM ./cut.gguf')).rejects.toMatchObject({ code: 'model_invalid' })
    await machine.put('model.gguf', gguf)
    await expect(create('FROM tiny\nADAPTER ./model.gguf')).rejects.toMatchObject({
      message: expect.stringContaining('no adapter'),
    })
  })

  it('does not believe a file of names whose settings are none', async () => {
    for (const one of [
      { model: 1 },
      { model: 'tiny:1b', preset: { system: 1 } },
      { model: 'tiny:1b', exec: 'x' },
      { model: 'tiny:1b', sampling: { a: 'x' } },
    ]) {
      await writeFile(join(machine.folder, 'aliases.json'), JSON.stringify({ mine: one }))
      await expect(open().locate('mine')).rejects.toMatchObject({ code: 'config_invalid' })
    }
    await writeFile(join(machine.folder, 'aliases.json'), '{"mine": "tiny:1b"}')
    await catalog.copy('tiny', 'other')
    expect(JSON.parse(await readFile(join(machine.folder, 'aliases.json'), 'utf8'))).toEqual({
      mine: 'tiny:1b',
      other: 'tiny:1b',
    })
  })
})

describe('parseModelfile', () => {
  it('reads every way to write a value', () => {
    const values = (source: string) => parseModelfile(source).map(({ command, key, value }) => [command, key, value])
    expect(
      values('from  a:b \r\n\r\n  # x\r\nSYSTEM "one line"\nSYSTEM """in "one" line"""\nSYSTEM """\na\n\nb"""'),
    ).toEqual([
      ['FROM', undefined, 'a:b'],
      ['SYSTEM', undefined, 'one line'],
      ['SYSTEM', undefined, 'in "one" line'],
      ['SYSTEM', undefined, 'a\n\nb'],
    ])
    expect(values('PARAMETER stop "a b"\nMESSAGE USER hello there')).toEqual([
      ['PARAMETER', 'stop', 'a b'],
      ['MESSAGE', 'user', 'hello there'],
    ])
    expect(() => parseModelfile('x'.repeat(2_000_000))).toThrow(/longer/)
  })
})
