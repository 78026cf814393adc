import type { TraceSpan, Usage } from '@rt/core'

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

/** Lines of at most `width` (20 when that is less), cut between words where that is possible. */
export const wrap = (text: string, width: number): string[] => {
  const most = Math.max(20, width)
  const lines: string[] = []
  let rest = text
  while (rest.length > most) {
    const space = rest.lastIndexOf(' ', most)
    const end = space > 0 ? space : most
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return rest ? [...lines, rest] : lines
}

/** ` (3,200 cached, 800 written)`: what a cache served of a prompt, and what was put into a paid one. */
export const describeCache = ({ cacheRead, cacheWrite }: Usage): string => {
  const parts = [cacheRead && `${formatCount(cacheRead)} cached`, cacheWrite && `${formatCount(cacheWrite)} written`]
  const shown = parts.filter(Boolean).join(', ')
  return shown && ` (${shown})`
}
