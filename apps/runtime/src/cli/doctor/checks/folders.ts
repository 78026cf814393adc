import { createCatalog } from '@rt/inference/catalog'
import type { Check } from '../check.ts'
import { lookAtFolder } from '../look-at-folder.ts'

export const dataDisk: Check = {
  section: 'data',
  name: 'data folder',
  run: ({ data }) => lookAtFolder('data folder', data, 'Name another: --data FOLDER, or RT_DATA'),
}

export const modelsDisk: Check = {
  section: 'models',
  name: 'models folder',
  run: ({ env }) => lookAtFolder('models folder', createCatalog({ env }).folder, 'Name another: RT_MODELS=/big/disk'),
}
