// A Redis, so that the tests of limits and budgets that several processes share ask a real one.
import { debianPrograms } from './debian-programs.ts'

debianPrograms('redis', ['redis-server'], 'its tests are skipped')
