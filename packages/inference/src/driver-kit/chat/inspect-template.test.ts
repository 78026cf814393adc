import { describe, expect, test } from 'vitest'
import { openTemplate } from './__fixtures__/open-template.ts'
import type { TemplateFeatures } from './inspect-template.ts'

const TURN =
  '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}'
const TOOLS = '{% if tools %}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{% endif %}'
const CALLS = (args: string): string =>
  `{% for m in messages %}{% for call in m.tool_calls or [] %}<tool_call>${args}</tool_call>{% endfor %}{{ m.content }}{% endfor %}`

const featuresOf = async (source: string): Promise<TemplateFeatures> => (await openTemplate(source)).features

describe('tools', () => {
  test('a template of turns only knows none', async () =>
    expect(await featuresOf(TURN)).toEqual({ tools: false, toolTurns: false, textArguments: false }))

  test('one that writes what is offered, one that writes calls and results, and in which form it takes arguments', async () => {
    expect(await featuresOf(TOOLS + TURN)).toMatchObject({ tools: true, toolTurns: false })
    const asObject = CALLS('{{ call.function.arguments.items() | list | tojson }}')
    expect(await featuresOf(asObject)).toMatchObject({ tools: false, toolTurns: true, textArguments: false })
    const asText = CALLS(
      "{{ call.function.arguments + '' if call.function.arguments is string else raise_exception('text') }}",
    )
    expect(await featuresOf(asText)).toMatchObject({ toolTurns: true, textArguments: true })
  })
})

describe('thinking', () => {
  test('the switch is what changes the prompt, not what is only mentioned', async () => {
    const switched = `${TURN}{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>{% endif %}`
    expect(await featuresOf(switched)).toMatchObject({
      thinkingSwitch: 'enable_thinking',
      reasoning: { open: '<think>' },
    })
    const { thinkingSwitch } = await featuresOf(`${TURN}{# enable_thinking #}<think>`)
    expect(thinkingSwitch).toBeUndefined()
  })

  test('efforts are those it knows', async () => {
    expect((await featuresOf(`Reasoning: {{ reasoning_effort }}${TURN}`)).effort).toEqual(['low', 'medium', 'high'])
    const none = `{% if reasoning_effort == 'none' %}-{% else %}{{ reasoning_effort }}{% endif %}${TURN}`
    expect((await featuresOf(none)).effort).toEqual(['none', 'low', 'medium', 'high'])
    expect((await featuresOf(TURN)).effort).toBeUndefined()
  })

  test.each([
    [
      'reasoning_content',
      '{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}',
    ],
    ['thinking', '{% if m.thinking %}<|channel|>analysis<|message|>{{ m.thinking }}<|end|>{% endif %}{{ m.content }}'],
    [
      'blocks',
      "{% if m.content is string %}{{ m.content }}{% else %}{% for b in m.content %}{% if b.type == 'thinking' %}[THINK]{{ b.thinking }}[/THINK]{% else %}{{ b.text }}{% endif %}{% endfor %}{% endif %}",
    ],
  ])('earlier thoughts go where the template looks for them: %s', async (field, turn) => {
    expect(await featuresOf(`{% for m in messages %}${turn}{% endfor %}`)).toMatchObject({ reasoningField: field })
  })

  test('one that drops them has no place for them', async () =>
    expect((await featuresOf(`<think>${TURN}`)).reasoningField).toBeUndefined())
})
