import { fault } from '../loaded-document.ts'
import { optionalPackage } from '../optional-package.ts'
import { depthOf } from './depth-of.ts'
import { nesting } from './nesting.ts'

const MOST_DEPTH = 1000

/** HTML as a DOM that runs and fetches nothing. @throws RtError when its elements are nested beyond what can be walked. */
export const openHtml = async (files: string, html: string): Promise<Document> => {
  check(nesting(html))
  const { parseHTML } = await optionalPackage(files, 'linkedom', () => import('linkedom'))
  // It may well be in a comment only.
  const own = /<body[\s>]/i.test(html) ? parseHTML(html).document : undefined
  const document = own?.documentElement ? own : parseHTML(`<html><body>${html}</body></html>`).document
  check(depthOf(document.documentElement))
  return document
}

const check = (depth: number): void => {
  if (depth <= MOST_DEPTH) return
  throw fault(`elements nested ${depth.toLocaleString('en')} deep; at most ${MOST_DEPTH.toLocaleString('en')} are read`)
}
