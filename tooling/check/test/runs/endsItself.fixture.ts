import { it } from 'vitest'

// Vitest runs fixtures in processes of their own: this one takes its process away.
it('ends the process', () => process.kill(process.pid, 'SIGKILL'))
