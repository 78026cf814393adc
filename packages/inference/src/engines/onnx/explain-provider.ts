import type { ExecutionProvider } from '../../driver-kit/execution-provider.ts'

/** What this machine lacks for a provider; undefined where files cannot tell. */
export const explainProvider = async (provider: ExecutionProvider): Promise<string | undefined> => {
  if (provider !== 'cuda' && provider !== 'tensorrt') return undefined
  const [{ createMachineProbes }, { nvidiaProviderProblem }] = await Promise.all([
    import('../../detect/machine-probes.ts'),
    import('../../detect/nvidia-provider.ts'),
  ])
  return (await nvidiaProviderProblem(provider, createMachineProbes()))?.reason
}
