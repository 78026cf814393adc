import { fault } from '../loaded-document.ts'
import { optionalPackage } from '../optional-package.ts'
import { nesting } from './nesting.ts'

const MOST_DEPTH = 1000

/** HTML as a DOM that runs and fetches nothing. @throws RtError when its elements are nested beyond what can be walked. */
export const openHtml = async (files: string, html: string): Promise<Document> => {
  const depth = nesting(html)
  if (depth > MOST_DEPTH)
    throw fault(
      `elements nested ${depth.toLocaleString('en')} deep; at most ${MOST_DEPTH.toLocaleString('en')} are read`,
    )
  const { parseHTML } = await optionalPackage(files, 'linkedom', () => import('linkedom'))
  return parseHTML(/<body[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`).document
}
