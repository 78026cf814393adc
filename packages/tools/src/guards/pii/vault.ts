import type { AnswerGuard } from '@rt/core'
import type { PiiRule } from './detectors.ts'

/** Values of one run behind numbered placeholders: `[EMAIL_1]`. */
export interface Vault {
  /** One and the same for the same value. */
  hide(rule: PiiRule, value: string): string
  restore(text: string, form?: 'text' | 'json'): string
  /** The same for a text that comes in pieces. */
  restoring(form: 'text' | 'json'): AnswerGuard
}

const PLACEHOLDER = /\[([A-Z_]{1,16}_\d{1,6})\]/g
/** A placeholder that is not whole yet. */
const BEGUN = /\[(?:[A-Z_]{0,17}\d{0,6})?$/

export const createVault = (): Vault => {
  const values = new Map<string, string>()
  const names = new Map<string, string>()
  const counts = new Map<PiiRule, number>()
  const restore: Vault['restore'] = (text, form = 'text') =>
    text.replace(PLACEHOLDER, (placeholder, name: string) => {
      const value = values.get(name)
      if (value === undefined) return placeholder
      return form === 'json' ? JSON.stringify(value).slice(1, -1) : value
    })
  return {
    hide(rule, value) {
      const key = `${rule} ${value}`
      let name = names.get(key)
      if (name === undefined) {
        const count = (counts.get(rule) ?? 0) + 1
        counts.set(rule, count)
        name = `${labelOf(rule)}_${count}`
        names.set(key, name)
        values.set(name, value)
      }
      return `[${name}]`
    },
    restore,
    restoring(form) {
      let held = ''
      return {
        push(text) {
          const all = held + text
          const cut = BEGUN.exec(all)?.index ?? all.length
          held = all.slice(cut)
          return restore(all.slice(0, cut), form)
        },
        end() {
          const rest = held
          held = ''
          return rest
        },
      }
    },
  }
}

/** `NATIONAL_ID`. */
export const labelOf = (rule: PiiRule): string => rule.toUpperCase().replace('-', '_')
