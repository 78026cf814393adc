// zsh and fish, so that the tests can let them read what `rt completion` writes.
import { debianPrograms } from './debian-programs.ts'

debianPrograms('shells', ['zsh', 'fish'], 'its test is skipped')
