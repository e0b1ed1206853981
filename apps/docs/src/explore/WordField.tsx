interface WordFieldProps {
  readonly label: string
  readonly word: string
  readonly longest: number
  /** Words on buttons beside it. */
  readonly examples: readonly string[]
  read(word: string): void
  /** The reader is about to type. */
  begin?(): void
}

/** Where readers type a word, or choose one. */
export function WordField({ label, word, longest, examples, read, begin }: WordFieldProps) {
  return (
    <>
      <label class="word">
        {label}
        <input
          value={word}
          maxLength={longest}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          onFocus={() => begin?.()}
          onInput={({ currentTarget }) => read(currentTarget.value)}
        />
      </label>
      {examples.map((example) => (
        <button key={example} type="button" onClick={() => read(example)}>
          {example}
        </button>
      ))}
    </>
  )
}
