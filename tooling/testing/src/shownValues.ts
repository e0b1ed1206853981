// Reads the values that comments in code samples show, for tests that run the samples.

/**
 * The code with calls of a global `check(got, want)`: one for each expression whose line ends with its value in a comment, as in
 * `x.shape // [2, 3]: rows, columns`. Values are numbers, texts, true and false, arrays of these, and tensors as they are
 * printed.
 */
export function withChecks(code: string): string {
  return code.replaceAll(
    /^(?!console|const |let |await )(\w.*?) +\/\/ (tensor\(.*?\)|\[(?:[^[\]]|\[[^[\]]*\])*\]|'[^']*'|\d[\d.]*|true|false)(?=$|[:;,] )/gm,
    'check($1, $2) // $2',
  )
}

/** What `console.log` prints according to the comments: at the end of the call's line, or in lines of comment below it. */
export function shownIn(code: string): readonly string[] {
  const shown: string[] = []
  let below = false
  for (const line of code.split('\n')) {
    const [call, behind] = /^console\.log\(.*?\)(?: \/\/ (.*))?$/.exec(line) ?? []
    if (behind !== undefined) shown.push(behind)
    else if (below && line.startsWith('// ')) shown.push(line.slice('// '.length))
    below = call !== undefined || (below && line.startsWith('// '))
  }
  return shown
}
