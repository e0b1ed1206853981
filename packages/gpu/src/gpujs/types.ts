/**
 * The part of gpu.js 2.24.1 that this package uses, in our own words: its published types are incomplete. Nothing outside
 * this folder names gpu.js.
 */

/** A flat array and its sizes, x first, as an argument of a kernel. */
export interface Input {
  readonly value: Float32Array
  readonly size: readonly number[]
}

/** What a kernel gives on WebGL: a texture with two dimensions, one texel an element. */
export interface Texture {
  readonly texture: WebGLTexture
  /** Width and height. */
  readonly size: ArrayLike<number>
  delete(): void
}

/** What a kernel gives while a pipeline is traced: it stands for the result. */
export type Handle = object

export interface KernelSettings {
  /** Threads: x, y. */
  readonly output: readonly [width: number, height: number]
  readonly precision: 'single'
  /** Else shaders are declared lowp, which is half precision on phones. */
  readonly tactic: 'precision'
  readonly fixIntegerDivisionAccuracy: false
  readonly pipeline: true
  readonly immutable: true
  readonly functions: readonly HelperFunction[]
  readonly nativeFunctions: readonly NativeFunction[]
}

/** A function kernels may call. */
export interface HelperFunction {
  readonly source: string
  readonly settings: {
    readonly argumentTypes: Readonly<Record<string, 'Number'>>
    readonly returnType: 'Number'
  }
}

/** A function kernels may call, in the language of their shaders. */
export interface NativeFunction {
  readonly name: string
  readonly source: string
  readonly argumentTypes: Readonly<Record<string, 'Number'>>
  readonly returnType: 'Number'
}

/** A kernel: compiled on its first call. */
export interface Kernel<Value> {
  (...args: readonly (Value | Input | number)[]): Value
  /** The instance of the backend that runs it. */
  readonly kernel: object
  destroy(): void
}

/** A function of kernels, traced once and run as a whole. */
export interface Pipeline {
  (...args: readonly (Input | number)[]): Promise<unknown>
  /** `fused-encoder` is what we want: all of it in one command encoder. */
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

/** The adapter and device that every WebGPU kernel of gpu.js shares. */
export interface DeviceContext {
  readonly adapter: GpuAdapter
  readonly device: GpuDevice
  readonly isLost: boolean
}

/** The WebGPU we touch ourselves, which TypeScript's DOM library does not describe everywhere. */
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

/** The module that scripts/bundleGpuJs.mjs makes. */
export interface GpuJs {
  readonly GPU: new <Value>(settings: {
    readonly mode: 'webgpu' | 'webgl2' | 'headlessgl'
    /** gpu.js sets its size only, to that of the largest texture. */
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
  /** Lets HeadlessGLKernel make its contexts by this function. Comes before the first look at `isSupported`. */
  provideGl(create: CreateGlContext): void
  /** Takes the place of `navigator.gpu`. */
  provideWebGpu(gpu: object): void
}

/** What the package gl exports. */
export type CreateGlContext = (width: number, height: number, options: object) => WebGLRenderingContext | null
