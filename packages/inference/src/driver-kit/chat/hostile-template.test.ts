import { createFakeClock } from '@rt/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { createChatTemplate } from './chat-template.ts'
import { compileJinja, TEMPLATE_BUDGET } from './jinja-program.ts'
import { createTemplateProcess, type TemplateProcessOptions } from './template-process.ts'

const render = (source: string, budget: Partial<typeof TEMPLATE_BUDGET> = {}, variables = {}): string =>
  compileJinja(source, { ...TEMPLATE_BUDGET, ...budget }).render({ messages: [], ...variables })

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

describe('a template reaches no object of JavaScript', () => {
  test.each([
    "{{ messages.constructor }}{{ messages['__proto__'] }}{{ ''.constructor }}{{ ''['__class__'] }}",
    '{{ messages.__class__.__mro__ }}',
    "{{ raise_exception.constructor('return process')() }}",
    '{{ range.constructor }}{{ cycler }}{{ self }}{{ process }}{{ globalThis }}{{ require }}',
    "{% set o = {'a': 1} %}{{ o.constructor }}{{ o['__proto__'] }}{{ o.toString }}{{ o.hasOwnProperty }}",
    "{{ namespace().constructor }}{{ messages.map }}{{ 'x'.replace.call }}",
    "{{ ([] | string).constructor.constructor('return process')() }}",
    "{{ messages | map(attribute='constructor') | list }}",
  ])('%s', (source) => {
    let text = ''
    try {
      text = render(source)
    } catch (error) {
      text = String(error)
    }
    expect(text).not.toMatch(/native code|\[object|function \w*\(|=>|node:|process\./)
  })

  test('what it sets stays in its render', () => {
    const program = compileJinja(
      "{{ leaked }}{% set leaked = 'x' %}{% set o = {'__proto__': {'polluted': 1}} %}{{ o.polluted }}",
    )
    expect(program.render({}) + program.render({})).toBe('')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('budgets', () => {
  test.each([
    ['10^9 items', '{% for i in range(1000000000) %}{% endfor %}', /range of 1000000000 items/],
    ['an endless range', '{% for i in range(0, 5, 0) %}{% endfor %}', /range of Infinity items/],
    [
      'loops in loops',
      '{% for i in range(99999) %}{% for j in range(99999) %}{{ i }}{% endfor %}{% endfor %}',
      /10000 steps/,
    ],
    ['50 MB', `{% for i in range(100) %}${'x'.repeat(2000)}{% endfor %}`, /100000 characters/],
    [
      'text that doubles',
      `{% set n = namespace(a='x') %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}`,
      /characters/,
    ],
  ])('%s', (_name, source, message) => {
    expect(() => render(source, { steps: 10_000, characters: 100_000 })).toThrow(
      expect.objectContaining({ code: 'model_invalid', message: expect.stringMatching(message) }),
    )
  })

  test('a macro that calls itself, and ten thousand brackets, are errors too', () => {
    expect(() => render('{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}')).toThrow()
    expect(() => compileJinja(`{{ ${'('.repeat(10_000)} }}`)).toThrow(
      expect.objectContaining({ code: 'model_invalid' }),
    )
  })

  test('an ordinary conversation is far from them', () => {
    const messages = Array.from({ length: 2000 }, (_, index) => ({ role: 'user', content: `Message ${index}` }))
    const source = '{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}{% endfor %}'
    expect(render(source, { steps: 100_000 }, { messages })).toContain('Message 1999')
  })
})

describe('a process of its own', () => {
  /** Spends minutes within single steps, which no count of steps sees. */
  const SLOW = `{% set n = namespace(a='ab') %}{% for i in range(23) %}{% set n.a = n.a ~ n.a %}{% endfor %}{% for i in range(9999) %}{% set x = n.a | upper | lower | title %}{% endfor %}`
  /** A list that doubles until there is no memory left: V8 then ends the whole process, whatever limits a thread had. */
  const MEMORY = `{% set n = namespace(a=['abcdefgh']) %}{% for i in range(22) %}{% set n.a = n.a + n.a %}{% endfor %}{{ n.a | tojson }}`
  const onlyWhen = (source: string): string =>
    `{% if messages[0].content == 'attack' %}${source}{% else %}{{ messages[0].content }}{% endif %}`
  const attack = [{ role: 'user', content: 'attack' }]
  const hello = [{ role: 'user', content: 'hello' }]

  const open = async (source: string, options: TemplateProcessOptions) => {
    const place = createTemplateProcess(options)
    const template = await createChatTemplate({ source: onlyWhen(source), process: place })
    opened.push(template)
    return { template, place }
  }

  test('one that takes too long is stopped by its hash, and the next render is answered by a new one', async () => {
    const { template, place } = await open(SLOW, { timeMs: 1500 })
    const before = place.pid
    expect(await template.render(hello)).toBe('hello')
    const [stopped, next] = await Promise.allSettled([template.render(attack), template.render(hello)])
    expect(stopped).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'model_invalid',
        message: expect.stringContaining(
          `the chat template (sha256 ${template.hash.slice(0, 16)}…) took longer than 1.5 s`,
        ),
        data: { templateHash: template.hash },
      },
    })
    expect(next).toMatchObject({ status: 'fulfilled', value: 'hello' })
    expect(place.pid).not.toBe(before)
  })

  test('one that needs all memory ends its own process only', async () => {
    const { template } = await open(MEMORY, { timeMs: 60_000, heapMegabytes: 32 })
    await expect(template.render(attack)).rejects.toMatchObject({
      code: 'model_invalid',
      message: expect.stringMatching(/needs more than 32 MB/),
    })
    expect(await template.render(hello)).toBe('hello')
  })

  test('one that never ends is refused when it is opened', async () => {
    const process = createTemplateProcess({ timeMs: 1500 })
    await expect(createChatTemplate({ source: SLOW, process })).rejects.toMatchObject({ code: 'model_invalid' })
    expect(process.pid).toBeUndefined()
  })

  test('time is not counted before the process is there', async () => {
    const clock = createFakeClock()
    const place = createTemplateProcess({ clock, timeMs: 1 })
    opened.push(place)
    const rendered = place.call('render', { source: '{{ messages[0].content }}', messages: hello, variables: {} })
    expect(await rendered).toBe('hello')
  })

  test('nothing of the environment is given to it', async () => {
    const place = createTemplateProcess()
    opened.push(place)
    await place.start()
    if (process.platform !== 'linux') return
    const { readFile } = await import('node:fs/promises')
    const names = (await readFile(`/proc/${place.pid}/environ`, 'utf8')).split('\0').map((line) => line.split('=')[0])
    expect(names.filter((name) => name && !/^(RT_|NODE_)/.test(name))).toEqual([])
  })
})
