// A worker of workerd that imports the wasm engine as a module.
import { useWasmModule } from '@unroll/kernels'
import module from '@unroll/kernels/relaxed-simd.wasm'
import { compute } from './program.js'

useWasmModule(module)

export default {
  async test() {
    console.log(JSON.stringify(await compute()))
  },
}
