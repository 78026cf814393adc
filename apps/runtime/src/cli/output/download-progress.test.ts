import { Writable } from 'node:stream'
import type { PullProgress } from '@rt/inference/catalog'
import { expect, it } from 'vitest'
import { createDownloadProgress } from './download-progress.ts'
import { style } from './style.ts'

const record = (isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } => {
  const written: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString())
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream, written }
}
const at = (phase: PullProgress['phase'], done: number, source = 'pypi:x'): PullProgress => ({
  model: 'smollm2:135m',
  file: 'model.gguf',
  source,
  phase,
  done,
  total: 98_362_432,
})

it('writes one line when a fetch begins and one when it is checked, without a terminal', () => {
  const { stream, written } = record(false)
  const show = createDownloadProgress(stream)
  for (const progress of [at('downloading', 0), at('downloading', 50_000_000), at('verifying', 0)]) show(progress)
  for (let i = 0; i < 3; i++) show(at('verifying', 98_362_432))
  expect(written).toEqual([
    ' fetch    smollm2:135m · model.gguf · 98 MB · from pypi\n',
    ' fetch    smollm2:135m · model.gguf · sha256 ok\n',
  ])
})

it('paints a bar in a terminal and leaves its last state', () => {
  const { stream, written } = record(true)
  const show = createDownloadProgress(stream)
  show(at('downloading', 49_181_216))
  show(at('verifying', 98_362_432))
  expect(written[0]).toContain('██████████░░░░░░░░░░ 49 MB of 98 MB')
  expect(written.at(-1)).toMatch(/████████████████████ 98 MB {2}sha256 ok\n$/)
})

it('says nothing of a file that is here already', () => {
  const { stream, written } = record(false)
  createDownloadProgress(stream)(at('verifying', 98_362_432, 'local'))
  expect(written).toEqual([])
})

it.each([true, false])('lets no name of a model, file or source drive the terminal (a terminal: %s)', (isTTY) => {
  const { stream, written } = record(isTTY)
  const show = createDownloadProgress(stream)
  const evil = '\u001b]0;owned\u0007\u009b31m\n\u0000'
  for (const phase of ['downloading', 'verifying'] as const)
    show({ ...at(phase, 98_362_432), model: `m${evil}`, file: `f${evil}`, source: `s${evil}` })
  // Beside what the bar itself writes.
  const text = written
    .join('')
    .replaceAll('\r\u001b[2K', '')
    .replaceAll(style('bold', 'fetch', stream), '')
    .replaceAll('\n', '')
  expect(text).not.toMatch(/\p{Cc}|owned/u)
})
