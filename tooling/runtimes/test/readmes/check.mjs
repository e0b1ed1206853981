// Loaded before a snippet. It checks the values that the snippet's comments show.
import assert from 'node:assert/strict'

globalThis.check = (got, want) => assert.deepEqual(got, want)
