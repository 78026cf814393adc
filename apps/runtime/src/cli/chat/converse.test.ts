import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { createFakeClient, type FakeAnswer, type FakeClient } from './__fixtures__/fake-client.ts'
import { createScriptedTerminal, type ScriptedTerminal } from './__fixtures__/scripted-terminal.ts'
import type { Chat, ChatSettings } from './chat.ts'
import { converse } from './converse.ts'

interface Session {
  code: number
  runtime: FakeClient
  terminal: ScriptedTerminal
  text: string
  settings: ChatSettings
}

const talk = async (
  lines: (string | null)[],
  { answer, stats = false }: { answer?: (terminal: ScriptedTerminal) => FakeAnswer; stats?: boolean } = {},
): Promise<Session> => {
  const terminal = createScriptedTerminal(lines)
  const runtime = createFakeClient(answer?.(terminal))
  const settings: ChatSettings = { thread: 'first', stats, turn: { maxOutputTokens: 9 } }
  let threads = 0
  const chat: Chat = {
    runtime,
    terminal,
    settings,
    models: {
      installed: async () => ['smollm2:135m'],
      note: async (name) => (name === 'smollm2:135m' ? undefined : 'did you mean smollm2:135m?'),
    },
    newThread: () => `new-${++threads}`,
  }
  const code = await converse(chat)
  return { code, runtime, terminal, text: terminal.text(), settings }
}

describe('questions', () => {
  it('answers lines in one thread until the end of the input', async () => {
    const { code, runtime, text } = await talk(['hello', '', '   ', 'and again'])
    expect(code).toBe(0)
    expect(runtime.asked.map(({ thread, prompt }) => [thread, prompt])).toEqual([
      ['first', 'hello'],
      ['first', 'and again'],
    ])
    expect(runtime.asked[0]!.options).toMatchObject({ maxOutputTokens: 9 })
    expect(text).toBe('You said: hello\nYou said: and again\n')
  })

  it('joins the lines of a block and those that end with a backslash', async () => {
    const { runtime, terminal } = await talk([
      '"""first',
      '/second',
      '"""',
      'one\\',
      'two',
      '"""all at once"""',
      'C:\\\\',
    ])
    expect(runtime.asked.map(({ prompt }) => prompt)).toEqual(['first\n/second', 'one\ntwo', 'all at once', 'C:\\\\'])
    expect(terminal.prompts).toEqual(['> ', '. ', '. ', '> ', '. ', '> ', '> ', '> '])
  })

  it('takes a line that begins with a space and a slash as a question', async () => {
    const { runtime } = await talk([' /etc/hosts: what is it?'])
    expect(runtime.asked).toHaveLength(1)
  })

  it('goes on after a failure, and says what is lost and what to do', async () => {
    const { code, text, runtime } = await talk(['one', 'two'], {
      answer: () =>
        async function* (prompt) {
          yield { type: 'text-delta', text: 'Half' }
          if (prompt === 'one')
            throw new RtError({ code: 'engine_crashed', message: 'it\u001b[2J stopped.', hint: 'Ask again.' })
        },
    })
    expect(code).toBe(0)
    expect(text).toContain(
      [
        'Half',
        'error  engine_crashed: it stopped.',
        '       Ask again.',
        '       The answer above is incomplete. Details: rt trace show 00000000',
        '       this turn is not kept',
      ].join('\n'),
    )
    expect(await runtime.threads.messages('first')).toHaveLength(2)
  })

  it('shows figures when asked', async () => {
    const { text } = await talk(['hello'], { stats: true })
    expect(text).toMatch(/first token .* · 3 tokens/)
  })
})

describe('Ctrl-C', () => {
  it('stops an answer, keeps nothing of it, and asks on', async () => {
    const { code, text, runtime } = await talk(['long', 'short'], {
      answer: (terminal) =>
        async function* (prompt) {
          yield { type: 'text-delta', text: 'begin' }
          if (prompt === 'long') terminal.interrupt()
          yield { type: 'text-delta', text: ' end' }
        },
    })
    expect(code).toBe(0)
    expect(text).toBe('begin\n stopped: this turn is not kept\nbegin end\n')
    expect(await runtime.threads.messages('first')).toHaveLength(2)
  })

  it('ends at the prompt with 130, but first drops a message that was begun', async () => {
    const { code, runtime, terminal } = await talk(['"""lost', null, 'kept', null, 'never'])
    expect(code).toBe(130)
    expect(runtime.asked.map(({ prompt }) => prompt)).toEqual(['kept'])
    expect(terminal.prompts).toEqual(['> ', '. ', '> ', '> '])
  })
})

describe('/ commands', () => {
  it('change what the next question is asked with', async () => {
    const { runtime } = await talk([
      '/model other',
      '/system Be\u001b[1m brief.',
      '/retrieve off',
      '/thread ada',
      'hello',
      '/retrieve on',
      'again',
    ])
    expect(runtime.asked[0]).toMatchObject({
      thread: 'ada',
      options: { model: 'other', system: 'Be\u001b[1m brief.', retrieve: false },
    })
    expect(runtime.asked[1]).toMatchObject({ options: { retrieve: true } })
  })

  it('say what is set', async () => {
    const { text } = await talk(['/model', '/model smolm2', '/thread', '/system', '/retrieve'])
    expect(text).toBe(
      [
        ' model the default',
        ' model smolm2 (did you mean smollm2:135m?)',
        ' thread first · new',
        ' system the default',
        ' retrieve on when there is knowledge',
        '',
      ].join('\n'),
    )
  })

  it('begin anew and tell the way back', async () => {
    const { runtime, text, terminal } = await talk(['one', '/new', 'two', '/clear', 'three', '/threads'])
    expect(runtime.asked.map(({ thread }) => thread)).toEqual(['first', 'new-1', 'new-2'])
    expect(text).toContain(' thread new-1 · back: /thread first\n')
    expect(terminal.cleared).toBe(1)
    expect(text).toMatch(/thread +messages +last used\n new-2 .*\n new-1 .*\n first /)
  })

  it('search and show the trace of the last answer', async () => {
    const { text } = await talk(['/trace', '/search meals', '/search nothing', 'hello', '/trace'])
    expect(text).toContain(' nothing was asked yet\n')
    expect(text).toContain(' 0.90  a.md § Meals  bytes 1-2\n       about meals\n')
    expect(text).toContain(' nothing found\n')
    expect(text).toContain(` trace ${'1'.padStart(32, '0')}`)
  })

  it('end', async () => {
    for (const word of ['/bye', '/exit', '/quit', '/bye ']) {
      const { runtime, code } = await talk([word, 'never'])
      expect([code, runtime.asked]).toEqual([0, []])
    }
  })

  it('are explained, and an unknown one is told the nearest', async () => {
    const { text, runtime } = await talk(['/help', '/modle x', '/toString', '/retrieve maybe', '/search'])
    for (const name of ['/model [NAME]', '/save FILE', '/bye', '"""']) expect(text).toContain(name)
    expect(text).toContain('there is no /modle here.\n       Did you mean /model?')
    expect(text).toContain('there is no /toString here.')
    expect(text).toContain('/retrieve is on or off, not "maybe".')
    expect(text).toContain('/search needs something to search for.')
    expect(runtime.asked).toEqual([])
  })

  it('save a conversation as Markdown, never over a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rt-chat-'))
    try {
      const file = join(folder, 'talk.md')
      const { text } = await talk([`/save ${file}`, 'hello', `/save ${file}`, `/save ${file}`])
      expect(text).toContain(' there is nothing to save yet\n')
      expect(text).toContain(` 2 messages in ${file}\n`)
      expect(text).toContain(`the file "${file}" exists.`)
      expect(await readFile(file, 'utf8')).toBe('# first\n\n**You**\n\nhello\n\n**Answer**\n\nYou said: hello\n')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
