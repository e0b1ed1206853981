// What comments in samples of code say of values, for tests that run the samples.

/**
 * The code, with a call of a global `check(got, want)` for each line that is an expression with its value in the comment
 * behind it, as in `x.shape // [2, 3]: rows, columns`. Values are numbers, texts, true and false, arrays of such, and
 * tensors as they are printed.
 */
export function withChecks(code: string): string {
  return code.replaceAll(
    /^(?!console|const |let |await )(\w.*?) +\/\/ (tensor\(.*?\)|\[(?:[^[\]]|\[[^[\]]*\])*\]|'[^']*'|\d[\d.]*|true|false)(?=$|[:;,] )/gm,
    'check($1, $2) // $2',
  )
}

/** What comments say that `console.log` shows: behind the call, or in whole lines of comment below it. */
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
