import { type Kit, stamp } from './kit.ts'

const TEXTS: readonly { id: string; text: string }[] = [
  { id: 'zh', text: '公司报销冬季外套的费用。' },
  { id: 'ja', text: 'この会社は冬のコートの費用を払います。' },
  { id: 'th', text: 'บริษัทจ่ายค่าเสื้อโค้ทฤดูหนาว' },
  { id: 'km', text: 'ក្រុមហ៊ុនបង់ថ្លៃអាវធំរដូវរងា' },
  { id: 'mixed', text: '新款iPhone手机壳 available now' },
  { id: 'en', text: 'Universities pay for winter coats.' },
]

/** How texts become words. */
export const tokenizersConformance = ({ describe, it, expect, withStore, ids }: Kit): void => {
  describe('tokenizers', () => {
    for (const tokenizer of ['porter', 'unicode61', 'trigram'] as const) {
      it(
        `${tokenizer}: finds words of scripts without spaces`,
        withStore(async (store) => {
          if (!store.capabilities.tokenizers.includes(tokenizer)) {
            await expect(store.collection('x', stamp, { tokenizer })).rejects.toMatchObject({ code: 'unsupported' })
            return
          }
          const collection = await store.collection('texts', stamp, { tokenizer })
          await collection.upsert([...TEXTS])
          const find = async (text: string, words?: 'any' | 'all' | 'phrase' | 'prefix'): Promise<string[]> =>
            ids(await collection.search({ text, ...(words && { words }) }))
          // Two characters, which is the length of most Chinese words.
          expect(await find('外套', 'all')).toEqual(['zh'])
          expect(await find('报销')).toEqual(['zh'])
          expect(await find('套')).toEqual(['zh'])
          expect(await find('冬季外套', 'phrase')).toEqual(['zh'])
          expect(await find('外套冬季', 'phrase')).toEqual([])
          expect(await find('コート', 'all')).toEqual(['ja'])
          expect(await find('会社')).toEqual(['ja'])
          expect(await find('เสื้อ', 'all')).toEqual(['th'])
          expect(await find('ฤดูหนาว', 'phrase')).toEqual(['th'])
          expect(await find('រដូវ', 'all')).toEqual(['km'])
          expect(await find('手机 iphone', 'all')).toEqual(['mixed'])
          expect(await find('外', 'prefix')).toEqual(['zh'])
          expect(await find('iphone 手', 'prefix')).toEqual(['mixed'])
          expect(await find('winter coats', 'phrase')).toEqual(['en'])
          expect(await find('飛行機', 'all')).toEqual([])
        }),
      )
    }

    const endings = (
      tokenizer: 'porter' | 'unicode61' | 'trigram',
      found: string[],
      inside: string[],
    ): (() => Promise<void>) =>
      withStore(async (store) => {
        if (!store.capabilities.tokenizers.includes(tokenizer)) return
        const collection = await store.collection('texts', stamp, { tokenizer })
        await collection.upsert([...TEXTS])
        expect(ids(await collection.search({ text: 'COAT', words: 'all' }))).toEqual(found)
        expect(ids(await collection.search({ text: 'niversi', words: 'all' }))).toEqual(inside)
      })
    it('porter: finds English words by their stem', endings('porter', ['en'], []))
    it('unicode61: finds words as they stand', endings('unicode61', [], []))
    it('trigram: finds parts of words', endings('trigram', ['en'], ['en']))

    it(
      'is set when a collection is made',
      withStore(async (store) => {
        const [tokenizer] = store.capabilities.tokenizers
        const collection = await store.collection('x', stamp, { tokenizer: tokenizer! })
        expect((await collection.describe()).options?.tokenizer).toBe(tokenizer)
        await store.collection('x', stamp)
        await store.collection('x', stamp, { tokenizer: tokenizer! })
        await expect(store.collection('x', stamp, { tokenizer: 'words' as never })).rejects.toMatchObject({
          code: 'invalid_request',
        })
      }),
    )
  })
}
