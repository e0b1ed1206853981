/** Remembers every worker that is started before `stop` is called, in Node and in a page. */
export function watchWorkers(): { endAll(): void; stop(): void } {
  const workers: { terminate(): unknown }[] = []
  const endAll = (): void => {
    for (const worker of workers.splice(0)) worker.terminate()
  }
  if (typeof Worker === 'undefined') {
    const note = (worker: { terminate(): unknown }): void => void workers.push(worker)
    process.on('worker', note)
    return { endAll, stop: () => process.off('worker', note) }
  }
  const { Worker: original } = globalThis
  globalThis.Worker = class extends original {
    constructor(...args: ConstructorParameters<typeof original>) {
      super(...args)
      workers.push(this)
    }
  }
  return {
    endAll,
    stop: () => {
      globalThis.Worker = original
    },
  }
}
