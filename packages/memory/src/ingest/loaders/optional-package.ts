import { fault } from './loaded-document.ts'

/**
 * An optional peer of @rt/memory, imported when a file needs it.
 *
 * @param load the import itself, so that bundlers see its literal name.
 * @throws RtError that names the package to install.
 */
export const optionalPackage = async <T>(files: string, name: string, load: () => Promise<T>): Promise<T> => {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    if (!missing || !message.includes(name)) throw error
    throw fault(`${files} files need the package "${name}": npm install ${name}`)
  }
}
