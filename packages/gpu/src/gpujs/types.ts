/**
 * Types for the part of gpu.js 2.24.1 that this package uses; those that gpu.js publishes are incomplete. Nothing outside
 * this folder imports gpu.js.
 */

/** An argument of a kernel: a flat array and its sizes, x first. */
export interface Input {
  readonly value: Float32Array
  readonly size: readonly number[]
}

/** The result of a kernel on WebGL: a texture with two dimensions, one texel for each element. */
export interface Texture {
  readonly texture: WebGLTexture
  /** Width and height. */
  readonly size: ArrayLike<number>
  delete(): void
}

/** What a kernel returns while a pipeline is traced, in place of its result. */
export type Handle = object

export interface KernelSettings {
  /** How many threads run, in x and in y. */
  readonly output: readonly [width: number, height: number]
  readonly precision: 'single'
  /** Without it, shaders are declared lowp, which is half precision on phones. */
  readonly tactic: 'precision'
  readonly fixIntegerDivisionAccuracy: false
  readonly pipeline: true
  readonly immutable: true
  readonly functions: readonly HelperFunction[]
  readonly nativeFunctions: readonly NativeFunction[]
}

/** A function that kernels may call. */
export interface HelperFunction {
  readonly source: string
  readonly settings: {
    readonly argumentTypes: Readonly<Record<string, 'Number'>>
    readonly returnType: 'Number'
  }
}

/** A function that kernels may call, in the language of their shaders. */
export interface NativeFunction {
  readonly name: string
  readonly source: string
  readonly argumentTypes: Readonly<Record<string, 'Number'>>
  readonly returnType: 'Number'
}

/** A kernel, which is compiled on its first call. */
export interface Kernel<Value> {
  (...args: readonly (Value | Input | number)[]): Value
  /** gpu.js's own object for it, of the backend that runs it. */
  readonly kernel: object
  destroy(): void
}

/** A function that calls kernels; it is traced once and runs as a whole. */
export interface Pipeline {
  (...args: readonly (Input | number)[]): Promise<unknown>
  /** `fused-encoder`, if all kernels run in one command encoder, as we need it. */
  readonly executorKind: string
  readonly fallbackReason: string | null
  readonly pipeline: object
  destroy(): Promise<void>
}

export interface Gpu<Value> {
  createKernel(source: string, settings: KernelSettings): Kernel<Value>
  createPipeline(trace: (...args: Handle[]) => unknown): Pipeline
  destroy(): Promise<void>
}

/** The adapter and device that all WebGPU kernels of gpu.js share. */
export interface DeviceContext {
  readonly adapter: GpuAdapter
  readonly device: GpuDevice
  readonly isLost: boolean
}

/** The part of WebGPU that we call ourselves; not every DOM library of TypeScript has it. */
interface GpuAdapter {
  readonly isFallbackAdapter?: boolean
  readonly info?: {
    readonly vendor?: string
    readonly architecture?: string
    readonly device?: string
    readonly description?: string
    readonly isFallbackAdapter?: boolean
  }
}

export interface GpuDevice extends EventTarget {
  readonly limits: {
    readonly maxStorageBufferBindingSize: number
    readonly maxBufferSize: number
    readonly maxComputeWorkgroupsPerDimension: number
    readonly maxStorageBuffersPerShaderStage: number
  }
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>
  readonly queue: { writeBuffer(buffer: GpuBuffer, offset: number, data: Float32Array): void }
  destroy(): void
}

export interface GpuBuffer {
  destroy(): void
}

/** The module that scripts/bundleGpuJs.mjs writes. */
export interface GpuJs {
  readonly GPU: new <Value>(settings: {
    readonly mode: 'webgpu' | 'webgl2' | 'headlessgl'
    /** gpu.js only sets its size, to that of the largest texture. */
    readonly canvas?: { width: number; height: number }
    readonly context?: WebGLRenderingContext | WebGL2RenderingContext
  }) => Gpu<Value>
  readonly Input: new (value: Float32Array, size: readonly number[]) => Input
  readonly WebGPUContext: {
    readonly isSupported: boolean
    acquire(): Promise<DeviceContext>
  }
  readonly HeadlessGLKernel: {
    readonly isSupported: boolean
    readonly prototype: { initContext(): WebGLRenderingContext | null }
  }
  /** Makes HeadlessGLKernel create its contexts with this function. It must be called before `isSupported` is read. */
  provideGl(create: CreateGlContext): void
  /** Replaces `navigator.gpu`. */
  provideWebGpu(gpu: object): void
}

/** The function that the package gl exports. */
export type CreateGlContext = (width: number, height: number, options: object) => WebGLRenderingContext | null
