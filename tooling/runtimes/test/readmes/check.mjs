// Loaded before a snippet: what its comments say of values is checked.
import assert from 'node:assert/strict'

globalThis.check = (got, want) => assert.deepEqual(got, want)
