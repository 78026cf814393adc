import type { ToolRules } from '@rt/tools'

/** What the built-in tools may reach, and which calls run. */
export interface ToolSettings {
  /** Folders of the file tools and the shell, by the name that models know them by. */
  roots?: Record<string, string>
  fetch?: {
    /** Hosts that may be asked: `example.org`, `*.example.org`, `*`. */
    hosts?: string[]
    /** Hosts of this machine or a private network that may be asked, by name. */
    privateHosts?: string[]
  }
  shell?: {
    /** Variables that commands see. */
    env?: string[]
    timeoutMs?: number
  }
  sql?: {
    file: string
    about?: string
  }
  /** By tool, origin or side effect. */
  rules?: ToolRules
}
