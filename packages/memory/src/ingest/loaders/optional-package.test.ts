import { expect, it } from 'vitest'
import { optionalPackage } from './optional-package.ts'

it('names the package to install when it is missing, and passes every other failure on', async () => {
  const name = '@rt/not-there-at-all'
  await expect(optionalPackage('PDF', name, () => import(name))).rejects.toMatchObject({
    message: `PDF files need the package "${name}": npm install ${name}`,
  })
  await expect(optionalPackage('PDF', 'unpdf', () => import(name))).rejects.toThrow('not-there-at-all')
  expect(await optionalPackage('PDF', 'node:os', () => import('node:os'))).toHaveProperty('cpus')
})
