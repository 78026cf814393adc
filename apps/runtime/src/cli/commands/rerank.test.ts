import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MODELS, readExpected } from '../../../../../packages/inference/src/engines/onnx/__fixtures__/expected.ts'
import { createChatFolder } from '../../../../../packages/inference/src/engines/onnx/__fixtures__/tiny-chat.ts'
import { TINY_TOKENIZER } from '../../../../../packages/inference/src/engines/onnx/__fixtures__/tiny-tokenizer.ts'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

it('orders files by a reranker of ones own, from the flag or from config.toml', async () => {
  const { query, documents } = readExpected().reranker
  await using model = await createChatFolder({
    'tokenizer.json': TINY_TOKENIZER,
    'config.json': { architectures: ['BertForSequenceClassification'], id2label: { 0: 'x' } },
  })
  await copyFile(join(MODELS, 'reranker.onnx'), join(model.folder, 'model.onnx'))
  await using folder = await temporaryFolder()
  const files = documents.map((_, i) => join(folder.path, `${i}.txt`)).toReversed()
  for (const [i, file] of files.toReversed().entries()) await writeFile(file, documents[i]!)
  const data = ['--data', join(folder.path, 'data')]

  const flag = await runCommand(['rerank', query, ...files, '--model', model.folder, '--json', ...data])
  expect(flag).toMatchObject({ code: 0 })
  const rows = JSON.parse(flag.stdout) as { index: number; score: number; source: string }[]
  expect(rows.map(({ source }) => source)).toEqual(files.toReversed())

  const config = join(folder.path, 'config.toml')
  await writeFile(config, `rt = 1\n[models]\nrerank = ${JSON.stringify(model.folder)}\n`)
  const set = await runCommand(['rerank', query, ...files, '--limit', '1', '--config', config, ...data])
  expect(set).toMatchObject({ code: 0 })
  expect(set.stdout).toContain(`${rows[0]!.score.toFixed(2)}  ${rows[0]!.source}`)
  expect(set.stdout).not.toContain(rows[1]!.source)

  const none = await runCommand(['rerank', query, ...files, ...data])
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('no reranker') })
  const missing = await runCommand(['rerank', query, join(folder.path, 'no.txt'), ...data])
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read (ENOENT)') })
  expect(await runCommand(['rerank', query, ...data])).toMatchObject({ code: 2 })
})
