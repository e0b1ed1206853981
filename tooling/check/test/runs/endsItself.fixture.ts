import { it } from 'vitest'

// Vitest runs each file in a process of its own, so this test ends only its own.
it('ends the process', () => process.kill(process.pid, 'SIGKILL'))
