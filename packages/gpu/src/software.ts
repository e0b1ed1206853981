/** Whether a driver computes on the processor, by its description. */
export function isSoftware(description: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render/i.test(description)
}
