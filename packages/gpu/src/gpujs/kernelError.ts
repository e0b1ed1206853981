/**
 * The error for a caller where gpu.js throws: a driver does not compile a kernel, or has no memory left for it.
 * @param error what gpu.js threw; its message begins with the driver's
 */
export function kernelError(who: string, error: unknown): Error {
  const [said = ''] = String(error instanceof Error ? error.message : error).split('\n--- generated')
  return new Error(
    `${who}: expected the adapter to compile and run a kernel, got an error (${said.trim()}); run fewer sequences or ` +
      'timesteps at once, or let the wasm engine run it, module.to(wasm)',
    { cause: error },
  )
}
