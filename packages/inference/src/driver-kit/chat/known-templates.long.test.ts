import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createMessage } from '@rt/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTemplate } from './__fixtures__/open-template.ts'
import type { ChatTemplate } from './chat-template.ts'
import type { TemplateFeatures } from './inspect-template.ts'
import { toTemplateMessages } from './template-messages.ts'
import { TRUSTED_TEMPLATES } from './trusted-templates.ts'

// Templates of real models, which llama.cpp keeps for its own tests: node-llama-cpp brings its repository along.
const BUNDLE = join(dirname(createRequire(import.meta.url).resolve('node-llama-cpp')), '../llama/gitRelease.bundle')
const FOLDER = 'models/templates'

let repository: string
const git = (...args: string[]): string => execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' })
const textOf = (name: string): string => git('show', `HEAD:${FOLDER}/${name}.jinja`)
beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), 'rt-templates-'))
  execFileSync('git', ['clone', '-q', '--no-checkout', BUNDLE, repository], { stdio: 'ignore' })
})
afterAll(() => rmSync(repository, { recursive: true, force: true }))

const tools = [
  {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Its name' } },
      required: ['city'],
    },
  },
]
const messages = [
  createMessage('system', 'Be brief.'),
  createMessage('user', 'Weather in Oslo?'),
  createMessage('assistant', [
    { type: 'reasoning', text: 'I have to look.' },
    { type: 'tool-call', id: '1', name: 'get_weather', arguments: { city: 'Oslo' } },
  ]),
  createMessage('tool', [{ type: 'tool-result', id: '1', name: 'get_weather', result: { celsius: 3 } }]),
]
const render = (template: ChatTemplate): Promise<string> => {
  const { features } = template
  const offered = features.tools && {
    tools: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
  }
  return template.render(toTemplateMessages({ messages, tools }, features), { ...offered })
}

describe('families of the catalog', () => {
  const QWEN: TemplateFeatures = { tools: true, toolTurns: true, textArguments: false }
  test.each<[string, boolean, Partial<TemplateFeatures>, string[]]>([
    [
      'Qwen-Qwen3-0.6B',
      true,
      { ...QWEN, thinkingSwitch: 'enable_thinking', reasoningField: 'reasoning_content' },
      [
        '<tools>\n',
        '<think>\nI have to look.\n</think>',
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}',
        '<tool_response>\n',
      ],
    ],
    [
      'Qwen-Qwen2.5-7B-Instruct',
      false,
      QWEN,
      ['<tools>\n', '<tool_call>\n{"name": "get_weather"', '<tool_response>\n'],
    ],
    [
      'meta-llama-Llama-3.1-8B-Instruct',
      true,
      { tools: true, toolTurns: true, textArguments: false },
      ['{"name": "get_weather", "parameters": {"city": "Oslo"}}', '<|start_header_id|>ipython<|end_header_id|>'],
    ],
    [
      'meta-llama-Llama-3.2-3B-Instruct',
      true,
      { tools: true, toolTurns: true, textArguments: false },
      ['{"name": "get_weather", "parameters": {"city": "Oslo"}}', '<|start_header_id|>ipython<|end_header_id|>'],
    ],
    ['HuggingFaceTB-SmolLM3-3B', false, { thinkingSwitch: 'enable_thinking', tools: false }, ['get_weather', 'Oslo']],
    [
      'openai-gpt-oss-120b',
      false,
      { tools: true, toolTurns: true, reasoningField: 'thinking', effort: ['low', 'medium', 'high'] },
      [
        'type get_weather = (_: {',
        '<|channel|>analysis<|message|>I have to look.<|end|>',
        'to=functions.get_weather<|channel|>commentary json<|message|>{"city"',
      ],
    ],
    [
      'mistralai-Ministral-3-14B-Reasoning-2512',
      false,
      { tools: true, toolTurns: true },
      ['[AVAILABLE_TOOLS]', '[TOOL_CALLS]get_weather[ARGS]{"city": "Oslo"}', '[TOOL_RESULTS]'],
    ],
  ])('%s', async (name, trusted, features, texts) => {
    await using template = await openTemplate(textOf(name))
    expect(TRUSTED_TEMPLATES.has(template.hash)).toBe(trusted)
    expect(template.features).toMatchObject(features)
    const prompt = await render(template)
    for (const text of texts) expect(prompt).toContain(text)
    expect(prompt).toContain('3}')
  })
})

/** What the Jinja of @huggingface lacks, or a template of no family here wants; a name that renders by now is to be taken out. */
const REFUSED = [
  // A dictionary with numbers for keys.
  'ByteDance-Seed-OSS',
  // Its own variables: functions, datetime.
  'fireworks-ai-llama-3-firefunction-v2',
  // A function the package does not have.
  'tencent-Hy3',
  // `tools is not none` of tools that are not defined.
  'unsloth-Apriel-1.5',
]

test('every template is read, and renders a conversation with tools within its budget', async () => {
  const names = git('ls-tree', '--name-only', 'HEAD', `${FOLDER}/`)
    .split('\n')
    .flatMap((path) => /([^/]+)\.jinja$/.exec(path)?.[1] ?? [])
  expect(names.length).toBeGreaterThan(50)
  const failed: Record<string, string> = {}
  for (const name of names) {
    try {
      await using template = await openTemplate(textOf(name))
      const prompt = await render(template)
      if (!prompt.includes('Oslo')) failed[name] = 'the question is missing'
    } catch (error) {
      failed[name] = String(error)
    }
  }
  console.log(`${names.length} templates`)
  expect(Object.keys(failed), JSON.stringify(failed)).toEqual(REFUSED)
})
