import type { CallOptions } from './call-options.ts'
import type { LanguageModel } from './language-model.ts'

/** Resolves the name in a request to a loaded model. */
export interface Router {
  /**
   * @param name a model name or alias; undefined = the default chat model.
   * @throws RtError `model_not_found` listing what exists.
   */
  pick(name: string | undefined, options?: CallOptions): Promise<LanguageModel>
}
