import type { RuntimeClient, TurnOptions } from '../../runtime.ts'

/** What a conversation is held with; `/` commands change it. */
export interface ChatSettings {
  thread: string
  model?: string | undefined
  system?: string | undefined
  /** Undefined: when the knowledge is not empty. */
  retrieve?: boolean | undefined
  stats: boolean
  /** What stays the same for the whole conversation. */
  turn: Pick<TurnOptions, 'output' | 'sampling' | 'maxOutputTokens' | 'label'>
}

/** Where lines come from and text goes to. */
export interface ChatTerminal {
  /** `interrupted`: Ctrl-C on an empty line. `ended`: Ctrl-D, or the input is at its end. */
  read(prompt: string): Promise<{ line: string } | 'interrupted' | 'ended'>
  /** Whether the next line typed is yes; what was typed before counts for nothing. */
  ask(question: string, signal: AbortSignal): Promise<boolean>
  write(text: string): void
  /** Runs with a signal that Ctrl-C fires. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>
  clear(): void
  /** Columns, and whether it takes colours. */
  readonly width: number
  readonly color: boolean
}

/** Names of models to offer and to check. */
export interface ModelNames {
  /** Chat models of this machine. */
  installed(): Promise<string[]>
  /** What is to be said about a name that was typed: nothing when it is installed. */
  note(name: string): Promise<string | undefined>
}

export interface Chat {
  runtime: RuntimeClient
  terminal: ChatTerminal
  settings: ChatSettings
  models: ModelNames
  /** A name that no thread has. */
  newThread(): string
  /** Of the last question. */
  traceId?: string | undefined
}

/** What a turn is asked with. */
export const turnOptions = ({ model, system, retrieve, turn }: ChatSettings): TurnOptions => ({
  ...turn,
  ...(model !== undefined && { model }),
  ...(system !== undefined && { system }),
  ...(retrieve !== undefined && { retrieve }),
})
