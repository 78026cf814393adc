import { createMessage, type Guard, type Message, messageText } from '@rt/core'
import { createFakeTelemetry } from '@rt/core/testing'
import { describe, expect, test } from 'vitest'
import { createPiiGuard } from './pii-guard.ts'
import { MOST_HELD } from './redact-stream.ts'

const TEXT =
  'Ask ada@example.com or +49 30 90182055, card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00, from 203.0.113.7. ' +
  `Header: Bearer ${'abcdef0123456789'.repeat(20)} and eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0abc'.repeat(40)}.sig0123456789 end, ` +
  `-----BEGIN ${'PRIVATE'} KEY-----\n${'MIIEvQ\n'.repeat(100)}-----END ${'PRIVATE'} KEY-----\nbye bob@example.org`
const SHOWN =
  'Ask [EMAIL] or [PHONE], card [CARD], IBAN [IBAN], from [IP]. Header: [SECRET] and [SECRET] end, [SECRET]\nbye [EMAIL]'

const signal = (): AbortSignal => new AbortController().signal
const stream = async (guard: Guard, pieces: string[], form: 'text' | 'json' = 'text'): Promise<string[]> => {
  const answer = guard.answer!({}, form)!
  const shown: string[] = []
  for (const piece of pieces) shown.push(await answer.push(piece))
  return [...shown, await answer.end()]
}
const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size))

describe('redaction', () => {
  test.each([1, 2, 3, 5, 7, 16, 61, 257, 100_000])('of an answer in pieces of %i characters', async (size) => {
    expect((await stream(createPiiGuard(), inPieces(TEXT, size))).join('')).toBe(SHOWN)
  })

  test('holds back no more than it says, and plain text not at all but for its last word', async () => {
    const answer = createPiiGuard().answer!()!
    let given = 0
    let shown = 0
    for (const piece of inPieces(`plain words. ${'x'.repeat(5000)} and 1234 ${'5 '.repeat(2000)} end`, 3)) {
      given += piece.length
      shown += (await answer.push(piece)).length
      expect(given - shown).toBeLessThanOrEqual(MOST_HELD)
    }
    expect(await createPiiGuard().answer!()!.push('some plain words here')).toBe('some plain words ')
  })

  test('of arguments while they are written leaves JSON', async () => {
    const args = { to: 'ada@example.com', note: 'line\nbob@example.com\té' }
    const json = JSON.stringify(args).replace('}', ',"card":4111111111111111}')
    for (const size of [1, 4, 1000]) {
      const shown = (await stream(createPiiGuard(), inPieces(json, size), 'json')).join('')
      expect(JSON.parse(shown)).toEqual({ to: '[EMAIL]', note: 'line\n[EMAIL]\té', card: 0 })
    }
  })

  test('of prompts, arguments and results', async () => {
    const guard = createPiiGuard()
    const messages: Message[] = [
      createMessage('system', 'You serve ada@example.com'),
      createMessage('tool', [
        { type: 'tool-result', id: '1', name: 'x', result: { rows: ['a@b.example', 4111111111111111] } },
      ]),
      createMessage('user', 'hello'),
    ]
    const [system, tool, user] = await guard.beforeModel!(messages)
    expect(messageText(system!)).toBe('You serve [EMAIL]')
    expect(tool!.parts).toMatchObject([{ result: { rows: ['[EMAIL]', '[CARD]'] } }])
    expect(user).toBe(messages[2])
    expect(await guard.beforeTool!('mail', { to: ['a@b.example'] })).toEqual({ to: ['[EMAIL]'] })
    expect(await guard.afterTool!('mail', { 'a@b.example': { deep: ['203.0.113.7'] } })).toEqual({
      '[EMAIL]': { deep: ['[IP]'] },
    })
  })

  test('only of what it is told to, and no rule that is none', async () => {
    const guard = createPiiGuard({ rules: ['ip'] })
    expect(await guard.afterTool!('x', 'a@b.example 203.0.113.7')).toBe('a@b.example [IP]')
    expect(() => createPiiGuard({ rules: ['emial' as 'email'] })).toThrow(/no rule "emial"/)
  })
})

describe('placeholders', () => {
  const ask = (text: string): Message[] => [createMessage('user', text)]

  test('the model sees them; tools and people get the values back, in pieces too', async () => {
    const guard = createPiiGuard({ reversible: true })
    const options = { signal: signal() }
    const [sent] = await guard.beforeModel!(ask('a@b.example, c@d.example, a@b.example'), options)
    expect(messageText(sent!)).toBe('[EMAIL_1], [EMAIL_2], [EMAIL_1]')
    expect(await guard.beforeTool!('mail', { to: '[EMAIL_2]' }, options)).toEqual({ to: 'c@d.example' })
    expect(guard.afterTool).toBeUndefined()
    const answer = guard.answer!(options)!
    const shown = []
    for (const piece of ['to [EM', 'AIL_', '2] [x', '] [EMAIL_9', '] [EMAIL_1']) shown.push(await answer.push(piece))
    expect(shown.join('') + (await answer.end())).toBe('to c@d.example [x] [EMAIL_9] [EMAIL_1')
  })

  test('values stay in their run', async () => {
    const guard = createPiiGuard({ reversible: true })
    await guard.beforeModel!(ask('a@b.example'), { signal: signal() })
    expect(await guard.beforeTool!('mail', '[EMAIL_1]', { signal: signal() })).toBe('[EMAIL_1]')
    expect(await guard.beforeTool!('mail', '[EMAIL_1]')).toBe('[EMAIL_1]')
  })
})

describe('what it does is on the trace, without the text', () => {
  test('a span for each rule, once for a prompt that is sent again', async () => {
    const telemetry = createFakeTelemetry()
    const span = telemetry.span('run')
    const guard = createPiiGuard()
    const options = { span, signal: signal() }
    const messages = [createMessage('user', 'a@b.example c@d.example 203.0.113.7')]
    await guard.beforeModel!(messages, options)
    await guard.beforeModel!(messages, options)
    const { children } = telemetry.roots[0]!
    expect(children.map(({ name, attributes }) => ({ name, ...attributes }))).toEqual([
      expect.objectContaining({
        name: 'guard pii',
        'rt.guard.rule': 'email',
        'rt.guard.action': 'redact',
        'rt.guard.count': 2,
      }),
      expect.objectContaining({ 'rt.guard.rule': 'ip', 'rt.guard.count': 1 }),
    ])
    expect(JSON.stringify(children)).not.toContain('example')
  })

  test('block refuses with guard, rule and nothing else; warn changes nothing', async () => {
    const refused = { code: 'guard_blocked', data: { guard: 'pii', rule: 'email' } }
    const block = createPiiGuard({ action: 'block' })
    await expect(block.beforeModel!([createMessage('user', 'a@b.example')])).rejects.toMatchObject(refused)
    await expect(block.beforeTool!('x', 'a@b.example')).rejects.toMatchObject(refused)
    const failure = await stream(block, ['to a@b.ex', 'ample ']).catch((error: unknown) => error)
    expect(failure).toMatchObject(refused)
    expect(JSON.stringify(failure)).not.toContain('a@b')

    const telemetry = createFakeTelemetry()
    const warn = createPiiGuard({ action: 'warn' })
    const answer = warn.answer!({ span: telemetry.span('run') })!
    expect(await answer.push('a@b.example ')).toBe('a@b.example ')
    expect(await answer.end()).toBe('')
    expect(telemetry.roots[0]!.children[0]!.attributes).toMatchObject({
      'rt.guard.action': 'warn',
      'rt.guard.count': 1,
    })
  })
})
