/** The reader's choices, kept by the browser. Some browsers keep nothing, and throw when asked. */

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // It is chosen for this visit only.
  }
}
