import type { ChatTerminal } from '../chat.ts'

export interface ScriptedTerminal extends ChatTerminal {
  text(): string
  prompts: string[]
  cleared: number
  /** Ctrl-C while something runs. */
  interrupt(): void
}

/** A terminal that types these lines, one at each prompt, and then ends. `null` is Ctrl-C on an empty line. */
export const createScriptedTerminal = (lines: (string | null)[]): ScriptedTerminal => {
  let written = ''
  let working: AbortController | undefined
  const left = [...lines]
  const terminal: ScriptedTerminal = {
    width: 100,
    color: false,
    prompts: [],
    cleared: 0,
    text: () => written,
    interrupt: () => working?.abort(),
    async read(prompt) {
      terminal.prompts.push(prompt)
      const line = left.shift()
      if (line === undefined) return 'ended'
      return line === null ? 'interrupted' : { line }
    },
    async ask(question) {
      terminal.prompts.push(question)
      return left.shift() === 'y'
    },
    write: (text) => void (written += text),
    clear: () => void terminal.cleared++,
    async interruptible(work) {
      working = new AbortController()
      return work(working.signal)
    },
  }
  return terminal
}
