import type { AdapterInfo } from '../backend.ts'
import { GpuUnavailableError } from '../errors.ts'
import type { GpuJs, Texture } from '../gpujs/types.ts'
import { isSoftware } from '../software.ts'

/** WebGL in a browser is version 2, headless-gl is version 1. */
type Context = WebGLRenderingContext | WebGL2RenderingContext

/** A part of a texture. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The WebGL context that gpu.js computes on, and the few calls we make on it ourselves. */
export class GlContext {
  readonly gl: Context
  readonly adapter: AdapterInfo
  readonly maxTextureSize: number
  #lost = false
  #framebuffer: WebGLFramebuffer | null = null

  /** @throws GpuUnavailableError if there is no context that computes with floats */
  constructor(js: GpuJs, name: 'webgl2' | 'headlessgl') {
    this.gl = name === 'webgl2' ? webgl2() : headless(js)
    const { gl } = this
    const names = gl.getExtension('WEBGL_debug_renderer_info')
    const description = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
    this.maxTextureSize = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE))
    this.adapter = {
      description,
      // headless-gl gives its own name, and not that of the OpenGL driver it runs on.
      software: names ? isSoftware(description) : null,
      maxTextureSize: this.maxTextureSize,
      maxBufferBytes: null,
    }
    if (name === 'webgl2') gl.canvas.addEventListener('webglcontextlost', () => (this.#lost = true))
  }

  get lost(): boolean {
    return this.#lost || this.gl.isContextLost()
  }

  /** Copies the top left part of a texture into another one, whose channels decide what is copied. */
  copy(from: Texture, to: Texture, { x, y, width, height }: Rectangle): void {
    const { gl } = this
    this.#attach(from)
    // gpu.js binds no kernel's argument to this texture unit.
    gl.activeTexture(gl.TEXTURE15)
    gl.bindTexture(gl.TEXTURE_2D, to.texture)
    gl.copyTexSubImage2D(gl.TEXTURE_2D, 0, x, y, 0, 0, width, height)
    gl.bindTexture(gl.TEXTURE_2D, null)
  }

  /** Reads the first channel of a texture. WebGL 2 does not block the thread while the adapter computes. */
  async read(texture: Texture): Promise<Float32Array> {
    const { gl } = this
    const [width, height] = [texture.size[0] ?? 0, texture.size[1] ?? 0]
    this.#attach(texture)
    if (!isWebGl2(gl)) {
      const pixels = new Float32Array(width * height * 4)
      gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, pixels)
      return everyFourth(pixels)
    }
    const isTight =
      gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED &&
      gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_TYPE) === gl.FLOAT
    const pixels = new Float32Array(width * height * (isTight ? 1 : 4))
    const buffer = gl.createBuffer()
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer)
    gl.bufferData(gl.PIXEL_PACK_BUFFER, pixels.byteLength, gl.STREAM_READ)
    gl.readPixels(0, 0, width, height, isTight ? gl.RED : gl.RGBA, gl.FLOAT, 0)
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null)
    await this.#finished(gl)
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer)
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, pixels)
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null)
    gl.deleteBuffer(buffer)
    return isTight ? pixels : everyFourth(pixels)
  }

  /**
   * Deletes a texture. gpu.js deletes a texture through the kernel that made it, and does nothing if that kernel is gone;
   * this works in both cases.
   */
  delete(texture: Texture): void {
    this.gl.deleteTexture(texture.texture)
  }

  /** Frees the context and everything on it. */
  destroy(): void {
    this.gl.deleteFramebuffer(this.#framebuffer)
    const end = this.gl.getExtension('STACKGL_destroy_context')
    if (end && 'destroy' in end && typeof end.destroy === 'function') end.destroy()
    else this.gl.getExtension('WEBGL_lose_context')?.loseContext()
  }

  #attach(texture: Texture): void {
    const { gl } = this
    this.#framebuffer ??= gl.createFramebuffer()
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture.texture, 0)
  }

  /** Waits until the adapter has finished all commands so far, or the context is lost. */
  async #finished(gl: WebGL2RenderingContext): Promise<void> {
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
    gl.flush()
    if (fence === null) return
    // A message waits for one turn of the event loop; a timeout would wait for longer.
    const { port1, port2 } = new MessageChannel()
    try {
      while (!this.lost && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) {
        await new Promise<void>((resolve) => {
          port1.onmessage = () => resolve()
          port2.postMessage(null)
        })
      }
    } finally {
      port1.close()
      port2.close()
      gl.deleteSync(fence)
    }
  }
}

function isWebGl2(gl: Context): gl is WebGL2RenderingContext {
  return 'fenceSync' in gl
}

function everyFourth(pixels: Float32Array): Float32Array {
  const result = new Float32Array(pixels.length / 4)
  for (let i = 0; i < result.length; i++) result[i] = pixels[i * 4] ?? 0
  return result
}

function webgl2(): WebGL2RenderingContext {
  const canvas =
    typeof OffscreenCanvas !== 'undefined'
      ? new OffscreenCanvas(1, 1)
      : typeof document !== 'undefined'
        ? document.createElement('canvas')
        : null
  if (canvas === null) {
    throw new GpuUnavailableError('webgl2: there is no canvas here; it is for browsers and their workers')
  }
  const gl = canvas.getContext('webgl2', { alpha: false, depth: false, antialias: false })
  if (!(typeof WebGL2RenderingContext !== 'undefined' && gl instanceof WebGL2RenderingContext)) {
    throw new GpuUnavailableError(
      'webgl2: the browser gives no WebGL 2 context; see chrome://gpu for the reason',
    )
  }
  if (!gl.getExtension('EXT_color_buffer_float')) {
    throw new GpuUnavailableError(
      'webgl2: the adapter cannot compute with floats: it has no EXT_color_buffer_float',
    )
  }
  return gl
}

function headless(js: GpuJs): WebGLRenderingContext {
  const kernels = js.HeadlessGLKernel
  const gl = kernels.isSupported ? kernels.prototype.initContext() : null
  if (gl === null) {
    throw new GpuUnavailableError(
      'headlessgl: the package gl gives no context; on Linux without a display, run Node by xvfb-run',
    )
  }
  if (!gl.getExtension('OES_texture_float')) {
    throw new GpuUnavailableError(
      'headlessgl: the adapter cannot compute with floats: it has no OES_texture_float',
    )
  }
  return gl
}
