// A worker of workerd, which computes with the reference engine: it may not compile WebAssembly.
import { compute } from './program.js'

export default {
  async test() {
    console.log(JSON.stringify(await compute()))
  },
}
