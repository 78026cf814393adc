import { expect, it } from 'vitest'
import { modelsFolder } from './models-folder.ts'

it('follows RT_MODELS, then the cache folder of each platform', () => {
  expect(modelsFolder({ RT_MODELS: '/big/disk', XDG_CACHE_HOME: '/x' }, '/home/a', 'linux')).toBe('/big/disk')
  expect(modelsFolder({ XDG_CACHE_HOME: '/x' }, '/home/a', 'linux')).toBe('/x/rt/models')
  expect(modelsFolder({}, '/home/a', 'linux')).toBe('/home/a/.cache/rt/models')
  expect(modelsFolder({}, '/Users/a', 'darwin')).toBe('/Users/a/Library/Caches/rt/models')
  expect(modelsFolder({ LOCALAPPDATA: 'C:\\L' }, 'C:\\a', 'win32')).toBe('C:\\L\\rt\\models')
})
