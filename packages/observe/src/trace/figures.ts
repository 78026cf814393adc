import type { TraceSpan } from '@rt/core'

export const formatCount = (value: number): string => Math.round(value).toLocaleString('en-US')

/** What there is, with dots between. */
export const join = (parts: Array<string | false | undefined>): string => parts.filter(Boolean).join(' · ')

export const number = (attributes: TraceSpan['attributes'], name: string): number | undefined => {
  const value = attributes[name]
  return typeof value === 'number' ? value : undefined
}
