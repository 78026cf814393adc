import type { ExecutionProvider } from '../../driver-kit/execution-provider.ts'

/** What this machine lacks for a provider; undefined where files cannot tell. */
export const explainProvider = async (provider: ExecutionProvider): Promise<string | undefined> => {
  const [{ createMachineProbes }, { onnxProviderProblem }] = await Promise.all([
    import('../../detect/machine-probes.ts'),
    import('../../detect/onnx-provider.ts'),
  ])
  return (await onnxProviderProblem(provider, createMachineProbes()))?.reason
}
