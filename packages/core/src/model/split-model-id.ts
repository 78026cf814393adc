/** `anthropic/claude-sonnet-4-5` as its provider and its name there. Names of local models have no provider. */
export const splitModelId = (id: string, local: boolean): { provider?: string; model: string } => {
  const slash = id.indexOf('/')
  return local || slash <= 0 ? { model: id } : { provider: id.slice(0, slash), model: id.slice(slash + 1) }
}
