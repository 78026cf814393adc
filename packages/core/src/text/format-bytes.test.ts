import { expect, it } from 'vitest'
import { formatBytes } from './format-bytes.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [711_661, '712 kB'],
  [98_000_000, '98 MB'],
  [1_117_320_736, '1.1 GB'],
])('formatBytes(%i) is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
