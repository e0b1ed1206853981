// Bundled for browsers: whoever opened the page waits for the result.
import { compute } from './program.js'

globalThis.result = compute()
