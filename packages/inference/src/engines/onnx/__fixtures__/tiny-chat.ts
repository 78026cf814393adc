import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const WORDS = ['[PAD]', '[UNK]', '<|im_start|>', '<|im_end|>', ...'abcdefghijkl']

/** The tokenizer of the tiny decoder: a letter is a word. */
export const TINY_LETTERS: object = {
  version: '1.0',
  added_tokens: WORDS.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
  },
}

/** The same, whose model knows no end of a turn: it writes until it may no more. */
export const ENDLESS_LETTERS: object = {
  ...TINY_LETTERS,
  added_tokens: WORDS.slice(0, 3).map((content, id) => ({ id, content, special: true })),
}

/** `c d e` becomes the prompt that numpy read: 2 6 7 8 3 9. */
export const TINY_TEMPLATE =
  '{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}f{% endif %}'

/** A folder as a model of the hub has it, which goes with it. */
export const createChatFolder = async (
  files: Record<string, unknown> = {},
): Promise<AsyncDisposable & { folder: string; tokenizerPath: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'rt-onnx-chat-'))
  const all = { 'tokenizer.json': TINY_LETTERS, 'tokenizer_config.json': { chat_template: TINY_TEMPLATE }, ...files }
  for (const [name, value] of Object.entries(all))
    await writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
  return {
    folder,
    tokenizerPath: join(folder, 'tokenizer.json'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
