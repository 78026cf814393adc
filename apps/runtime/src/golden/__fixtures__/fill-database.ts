import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMessage, emptyUsage, LOCAL } from '@rt/core'
import type { Parts } from './open-parts.ts'

const TRAVEL = `# Travel\n\n## Meals\n\nUp to 400 NOK a day in Oslo.\n\n## Receipts\n\nKeep every receipt.\n`
const OFFICE = `# Office\n\nThe kitchen on the third floor has a coffee machine.\n`
const PAY = `# Pay\n\nAda earns 100.\n`

/** A few rows in every table, written by today's code as its users write them. Files to ingest are made in `folder`. */
export const fillDatabase = async (parts: Parts, folder: string): Promise<void> => {
  const { threads, vectors, ingest, embedder, telemetry, keys, runs } = parts
  await mkdir(join(folder, 'handbook'), { recursive: true })
  await writeFile(join(folder, 'handbook', 'travel.md'), TRAVEL)
  await writeFile(join(folder, 'handbook', 'office.md'), OFFICE)

  const request = telemetry.span('request', { 'rt.principal': LOCAL, 'gen_ai.conversation.id': 'ada' })
  await ingest.ingest(join(folder, 'handbook'))
  await mkdir(join(folder, 'private'))
  await writeFile(join(folder, 'private', 'pay.md'), PAY)
  await ingest.ingest(join(folder, 'private'), { label: 'local-only' })
  const notes = await vectors.collection('notes', {
    dimensions: 8,
    metric: 'cosine',
    fingerprint: embedder.fingerprint,
  })
  const [first, second] = (await embedder.embed(['a winter coat', 'a summer hat'], { kind: 'document' })).vectors
  await notes.upsert([
    { id: 'coat', vector: first!, text: 'A winter coat.', metadata: { lang: 'en' } },
    { id: 'hat', vector: second!, text: 'A summer hat.', metadata: { lang: 'en' } },
    { id: 'gone', text: 'Deleted later.' },
  ])
  await notes.delete(['gone'])
  await notes.upsert([{ id: 'sale', text: 'Umbrellas are on sale.', expires: Date.UTC(2400, 0) }])
  await vectors.alias({ wardrobe: 'notes' })

  await threads.append(
    LOCAL,
    'ada',
    [
      { ...createMessage('user', 'What may I spend on a meal in Oslo?'), label: 'local-only' },
      createMessage('assistant', [
        { type: 'reasoning', text: 'The handbook says it.', provider: { anthropic: { signature: 'abc' } } },
        { type: 'tool-call', id: 'call-1', name: 'convert_currency', arguments: { nok: 400 } },
      ]),
      createMessage('tool', [{ type: 'tool-result', id: 'call-1', name: 'convert_currency', result: { eur: 34 } }]),
      createMessage('assistant', [
        { type: 'text', text: 'Up to 400 NOK a day. [1]' },
        {
          type: 'citation',
          index: 1,
          source: 'handbook/travel.md',
          chunkId: 'chunk-1',
          headings: ['Travel', 'Meals'],
          start: 20,
          end: 48,
          quote: 'Up to 400 NOK a day in Oslo.',
        },
        { type: 'file', mediaType: 'image/png', data: Uint8Array.of(137, 80, 78, 71) },
      ]),
    ],
    { traceId: request.traceId },
  )
  request
    .child('chat smollm2:135m', {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'smollm2:135m',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.cache_read.input_tokens': 60,
      'gen_ai.usage.output_tokens': 7,
      'rt.local': true,
    })
    .end()
  request.end()
  await telemetry.flush()
  await keys.create({ name: 'laptop', scope: 'chat' })
  const pending = [{ id: 'c', name: 'remove', arguments: { path: 'a' }, hash: 'h', reason: 'asks' }]
  const state = { step: 1, written: [], usage: emptyUsage(), calls: 0, ms: 1, pending, tainted: false }
  await runs.create({ id: 'run-1', principal: LOCAL, status: 'running', request: { type: 'own' }, state })
  await runs.save(LOCAL, 'run-1', { status: 'waiting', parts: [{ type: 'step-start', step: 1 }] })
}
