import { defineConfig } from 'vitest/config'
import { projects } from './tooling/vitest/projects.ts'

export default defineConfig({ test: { projects, pool: 'forks' } })
