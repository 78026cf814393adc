import type { GuardAction, GuardedText, PiiRule } from '@rt/tools/guards'

export const GUARDED_TEXTS: readonly GuardedText[] = ['input', 'foreign', 'answer']

/** `[guards]` of config.toml: what is looked for in prompts, tools and answers, and what happens then. */
export interface GuardSettings {
  pii?: { rules?: PiiRule[]; action?: GuardAction; reversible?: boolean }
  injection?: { action?: 'mark' | 'remove' | 'block' | 'warn' | 'off'; threshold?: number; imageHosts?: string[] }
  classifier?: {
    model?: string
    labels?: string[]
    threshold?: number
    on?: GuardedText[]
    action?: 'block' | 'warn'
  }
  topics?: { allow?: string[]; deny?: string[]; threshold?: number; action?: 'block' | 'warn' }
  judge?: { model?: string; rules?: Record<string, string>; on?: GuardedText[]; action?: 'block' | 'warn' }
}
