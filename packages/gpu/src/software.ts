/** Whether a driver's description names one that computes on the processor. */
export function isSoftware(description: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i.test(description)
}
