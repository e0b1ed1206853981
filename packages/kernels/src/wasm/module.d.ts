/** What importing a .wasm file of this package gives, where the runtime or the bundler compiles it: a `WebAssembly.Module`. */
declare const module: object

export { module as default }
