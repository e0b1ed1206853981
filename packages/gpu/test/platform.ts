/** In Node the classes of WebGPU are those of the package webgpu, where it is installed. */
const optional = 'webgpu'
const classes: object = await import(/* @vite-ignore */ optional).then(
  ({ globals }: { readonly globals: object }) => ({ ...globalThis, ...globals }),
  () => globalThis,
)

/** The prototype of a class of the platform; undefined where the runtime has none. */
export function prototypeOf(className: string): unknown {
  return Reflect.get(Object(Reflect.get(classes, className)), 'prototype')
}
