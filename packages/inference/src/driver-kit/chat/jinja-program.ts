import { RtError, toRtError } from '@rt/core'
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'

/** What one render may cost. A template that needs more is refused. */
export interface TemplateBudget {
  /** Nodes of the template that are evaluated. Default 10 million, about a second. */
  steps: number
  /** Characters of any text it makes, the prompt among them. Default 32 million. */
  characters: number
  /** Items of a `range`. Default 100,000. */
  items: number
}

export const TEMPLATE_BUDGET: Readonly<TemplateBudget> = { steps: 10_000_000, characters: 32_000_000, items: 100_000 }

/** The names a template finds beside the globals of Jinja. */
export type TemplateVariables = Record<string, unknown>

export interface JinjaProgram {
  /** @throws RtError `model_invalid` when it needs more than the budget. What the template itself raises is thrown as it is. */
  render(variables: TemplateVariables): string
}

/**
 * A Jinja template. The interpreter walks a tree of its own values: no name or member in a template reaches an object of
 * JavaScript.
 *
 * @throws RtError `model_invalid` when it cannot be read.
 */
export const compileJinja = (source: string, budget: TemplateBudget = TEMPLATE_BUDGET): JinjaProgram => {
  const program = readProgram(source)
  return {
    render(variables) {
      const environment = new JinjaEnvironment()
      for (const [name, value] of Object.entries({ ...globals(budget), ...variables })) environment.set(name, value)
      return String(new BudgetedInterpreter(environment, budget).run(program).value)
    },
  }
}

const readProgram = (source: string): Tree => {
  try {
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }))
  } catch (error) {
    throw new RtError({
      code: 'model_invalid',
      message: `the chat template cannot be read: ${toRtError(error).message.slice(0, 300)}`,
      hint: OWN_TEMPLATE,
    })
  }
}

interface Evaluated {
  value: unknown
}
type Tree = ReturnType<typeof parse>

/** The package's declarations of these two do not resolve in an ES module. */
const JinjaEnvironment = Environment as new () => { set(name: string, value: unknown): void }
const JinjaInterpreter = Interpreter as new (environment: InstanceType<typeof JinjaEnvironment>) => {
  run(program: Tree): Evaluated
  evaluate(node: unknown, environment: unknown): Evaluated
}

/** Stops what only costs time or text. What costs memory in one step (a product of two long texts) ends its process. */
class BudgetedInterpreter extends JinjaInterpreter {
  readonly #budget: TemplateBudget
  #steps = 0

  constructor(environment: InstanceType<typeof JinjaEnvironment>, budget: TemplateBudget) {
    super(environment)
    this.#budget = budget
  }

  override evaluate(node: unknown, environment: unknown): Evaluated {
    if (++this.#steps > this.#budget.steps) throw overBudget(`took more than ${this.#budget.steps} steps`)
    const result = super.evaluate(node, environment)
    const { value } = result
    if (typeof value === 'string' && value.length > this.#budget.characters) {
      throw overBudget(`wrote more than ${this.#budget.characters} characters`)
    }
    return result
  }
}

const globals = ({ items }: TemplateBudget): TemplateVariables => ({
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  raise_exception: (message: unknown): never => {
    throw new RtError({ code: 'invalid_request', message: String(message).slice(0, 1000) })
  },
  range: (...bounds: number[]): number[] => {
    const [start, stop, step] = bounds.length === 1 ? [0, bounds[0]!, 1] : [bounds[0]!, bounds[1]!, bounds[2] ?? 1]
    const length = Math.max(0, Math.ceil((stop - start) / step))
    if (!(length <= items)) throw overBudget(`asked for a range of ${length} items`)
    return Array.from({ length }, (_, index) => start + index * step)
  },
  strftime_now: (format: unknown): string => formatTime(new Date(), String(format)),
})

/** The fields that chat templates ask for, in English wherever this runs. */
const formatTime = (now: Date, format: string): string => {
  const two = (value: number): string => String(value).padStart(2, '0')
  const month = (style: 'short' | 'long'): string => now.toLocaleString('en', { month: style })
  const fields: Record<string, string> = {
    Y: String(now.getFullYear()),
    m: two(now.getMonth() + 1),
    d: two(now.getDate()),
    b: month('short'),
    B: month('long'),
    H: two(now.getHours()),
    M: two(now.getMinutes()),
    S: two(now.getSeconds()),
    '%': '%',
  }
  return format.replaceAll(/%(.)/g, (whole, field: string) => fields[field] ?? whole)
}

const overBudget = (what: string): RtError =>
  new RtError({ code: 'model_invalid', message: `the chat template ${what}.`, hint: OWN_TEMPLATE })

export const OWN_TEMPLATE = 'Load the model with a `template` of your own.'
