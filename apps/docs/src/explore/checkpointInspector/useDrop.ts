import type { TargetedDragEvent } from 'preact'
import { useState } from 'preact/hooks'

type Handler = (event: TargetedDragEvent<HTMLElement>) => void

/** Handlers of an element that takes files; `over` while some are held above it. */
interface Drop {
  readonly over: boolean
  readonly handlers: {
    readonly onDragOver: Handler
    readonly onDragLeave: Handler
    readonly onDrop: Handler
  }
}

/** Lets an element take files that are dropped on it. Other things that are dragged are left to the browser. */
export function useDrop(take: (files: readonly File[]) => void): Drop {
  const [over, setOver] = useState(false)
  return {
    over,
    handlers: {
      onDragOver(event) {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setOver(true)
      },
      onDragLeave({ currentTarget, relatedTarget }) {
        // From one part of the element to the next is not away from it.
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false)
      },
      onDrop(event) {
        const files = event.dataTransfer?.files
        if (files === undefined || files.length === 0) return
        event.preventDefault()
        setOver(false)
        take([...files])
      },
    },
  }
}
