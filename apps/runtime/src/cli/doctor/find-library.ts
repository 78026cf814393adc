import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

const LINUX = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/usr/local/lib', '/usr/local/cuda/lib64', '/opt/cuda/lib64']
const MULTIARCH: Record<string, string> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

/** Whether the system has a shared library, by the folders its loader looks in. Nothing is loaded. */
export const hasLibrary = async (name: string, env: Record<string, string | undefined>): Promise<boolean> => {
  const found = await Promise.all(folders(env).map((folder) => exists(join(folder, name))))
  return found.includes(true)
}

const folders = (env: Record<string, string | undefined>): string[] => {
  const named = (variable: string): string[] => (env[variable] ?? '').split(delimiter).filter(Boolean)
  if (process.platform === 'win32') return [...named('PATH'), join(env['SystemRoot'] ?? 'C:\\Windows', 'System32')]
  const arch = MULTIARCH[process.arch]
  return [...named('LD_LIBRARY_PATH'), ...LINUX, ...(arch ? [`/usr/lib/${arch}`, `/lib/${arch}`] : [])]
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
