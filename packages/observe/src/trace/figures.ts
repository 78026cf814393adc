import type { TraceSpan } from '@rt/core'

export const formatCount = (value: number): string => Math.round(value).toLocaleString('en-US')

/** What there is, with dots between. */
export const join = (parts: Array<string | false | undefined>): string => parts.filter(Boolean).join(' · ')

export const number = (attributes: TraceSpan['attributes'], name: string): number | undefined => {
  const value = attributes[name]
  return typeof value === 'number' ? value : undefined
}

export const formatUsd = (usd: number): string => (usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2))

/** Names may come from outside: control characters would reach the terminal. */
// oxlint-disable-next-line no-control-regex
export const printable = (text: string): string => text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ')

export const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text
