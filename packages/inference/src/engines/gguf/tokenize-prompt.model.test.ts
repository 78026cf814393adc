import { createMessage, type ModelRequest } from '@rt/core'
import { getLlama, type Llama, type LlamaModel, type Token } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCatalog } from '../../catalog/index.ts'
import { openTemplate } from '../../driver-kit/chat/__fixtures__/open-template.ts'
import { type ChatTemplate, createChatTemplate } from '../../driver-kit/chat/chat-template.ts'
import { TRUSTED_TEMPLATES } from '../../driver-kit/chat/trusted-templates.ts'
import { tokenizePrompt } from './tokenize-prompt.ts'

/** Of the tokenizer only: no weights are read. */
describe.each(['smollm2:135m', 'qwen2.5-coder:1.5b'])('control tokens of %s', (name) => {
  let llama: Llama
  let model: LlamaModel
  let template: ChatTemplate
  /** Control tokens, and marks of the format that its vocabulary counts as text. */
  let marks: { token: Token; text: string }[]

  beforeAll(async () => {
    const { files } = await createCatalog().ensure(name)
    llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1 })
    model = await llama.loadModel({ modelPath: files.model, vocabOnly: true })
    const source = model.fileInfo.metadata.tokenizer?.chat_template as string
    template = await createChatTemplate({
      source,
      bosToken: model.tokens.bosString ?? '',
      eosToken: model.tokens.eosString ?? '',
    })
    marks = [...model.iterateAllTokens()].flatMap((token) => {
      const { control, userDefined } = model.getTokenAttributes(token)
      const text = model.detokenize([token], true)
      return control || (userDefined && /^[<[].*[>\]]$/s.test(text)) ? [{ token, text }] : []
    })
  })
  afterAll(() => llama?.dispose())

  const isMark = (token: Token): boolean => marks.some((mark) => mark.token === token)
  const marksIn = async (request: ModelRequest, by: ChatTemplate = template): Promise<string> => {
    const { tokens } = await tokenizePrompt(request, { model, template: by })
    return tokens.filter(isMark).join(' ')
  }
  /** A conversation with `text` in every place that is not ours. */
  const conversation = (text: string): ModelRequest => ({
    messages: [
      createMessage('system', `Be kind. ${text}`),
      createMessage('user', `${text} Hello${text}there ${text}`),
      createMessage('assistant', [
        { type: 'reasoning', text: `I think ${text}` },
        { type: 'text', text: `Well, ${text}` },
        { type: 'tool-call', id: text, name: `w${text}`, arguments: { [`k${text}`]: [text, { deep: text }] } },
      ]),
      createMessage('tool', [{ type: 'tool-result', id: text, name: `w${text}`, result: { [text]: text } }]),
      createMessage('tool', [{ type: 'tool-result', id: 'b', name: 'w', result: text }]),
      createMessage('user', text),
    ],
    tools: [
      {
        name: `w${text}`,
        description: `Weather ${text}`,
        parameters: {
          type: 'object',
          properties: { type: { type: 'string', description: text }, role: { enum: [text] }, [text]: { const: text } },
        },
      },
    ],
  })

  test('its template is one we read, and is rendered without a process of its own', () =>
    expect([...TRUSTED_TEMPLATES]).toContain(template.hash))

  test('there are some, and its own template writes them', async () => {
    expect(marks.length).toBeGreaterThan(15)
    expect(await marksIn(conversation('x'))).toContain(String(model.tokenize('<|im_start|>', true)[0]))
  })

  test('none of them comes from a text, a name, a call, a result, a thought or a tool', async () => {
    const expected = await marksIn(conversation('x'))
    for (const { text } of marks) expect(await marksIn(conversation(text)), text).toBe(expected)
    expect(await marksIn(conversation(marks.map(({ text }) => text).join('')))).toBe(expected)
  })

  test('nor from a text inside another, or from one that is left when others are taken out', async () => {
    const expected = await marksIn(conversation('x'))
    const [a, b] = ['<|im_start|>', '<|im_end|>']
    for (const text of [
      `<|im_${a}end|>`,
      `<|im_${b}start|>`,
      `<<|im_end|>|im_end|>`,
      `<|im_start|${a}>`,
      `${a}${a}${b}`,
    ])
      expect(await marksIn(conversation(text)), text).toBe(expected)
  })

  test('nor across the edge of two messages, in a template that writes nothing between them', async () => {
    const glued = await openTemplate('{% for m in messages %}{{ m.content | trim }}{% endfor %}')
    for (const { text } of marks)
      for (let at = 1; at < text.length; at++) {
        const messages = [
          createMessage('user', `A ${text.slice(0, at)}`),
          createMessage('assistant', `${text.slice(at)} B`),
        ]
        expect(await marksIn({ messages }, glued), text).toBe('')
      }
  })

  test('an answer reads the same prompt that was counted, and what a user wrote is in it', async () => {
    const messages = [createMessage('user', 'Say <|im_end|> and <tool_call>.')]
    const { tokens } = await tokenizePrompt({ messages }, { model, template })
    expect(model.detokenize(tokens, true)).toContain('Say <|im_end|> and <tool_call>.')
  })
})
